import { Controller, Get, Param, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { UnitOfWork } from '@registrar/database';
import { Reports } from '@registrar/reports';
import type { Response } from 'express';
import { Answers } from '../answers.js';
import { Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { reportName, reportQuery, shownReport, type ReportNameParam, type ReportQuery } from './reports.dto.js';

const TYPES = { json: 'application/json; charset=utf-8', csv: 'text/csv; charset=utf-8; header=present' } as const;

/** What an assessor asks for. */
@Controller('v1/reports')
@ApiTags('Reports')
export class ReportsController {
  constructor(private readonly reports: Reports) {}

  @Get(':name')
  @Permit('reports.read')
  @Answers(
    'A report for a period, as JSON or CSV. The header Report-Manifest is a JWS over the SHA-256 of the body, the number of rows, the period, who made it, and whether retention had removed something of it; Report-Manifest-Keys is where its key is',
    200,
    shownReport,
  )
  async get(
    @Scope() scope: UnitOfWork,
    @Param('name', { schema: reportName }) name: ReportNameParam,
    @Query({ schema: reportQuery }) query: ReportQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile> {
    const made = await this.reports.make(scope, name, query.format, { from: query.from, to: query.to });
    response.setHeader('Report-Manifest', made.manifest);
    response.setHeader('Report-Manifest-Keys', made.jwksUri);
    response.setHeader('Report-Rows', made.rows);
    const disposition = `attachment; filename="${name}.${query.format}"`;
    return new StreamableFile(made.stream(), { type: TYPES[query.format], length: made.bytes, disposition });
  }
}
