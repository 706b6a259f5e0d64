import { Body, Controller, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ApiConsumes, ApiTags } from '@nestjs/swagger';
import type { UnitOfWork } from '@registrar/database';
import { Imports } from '@registrar/registrations';
import type { Response } from 'express';
import { Answers } from '../answers.js';
import { Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { dryRunQuery, type DryRunQuery } from '../registrations/registrations.dto.js';
import { importing, readRows, showImport, shownImport, type ImportBody } from './imports.dto.js';

@Controller('v1/registrations/import')
@ApiTags('Registrations')
export class ImportsController {
  constructor(private readonly imports: Imports) {}

  @Post()
  @HttpCode(202)
  @Permit('registrations.write')
  @ApiConsumes('application/json', 'text/csv')
  @Answers('Takes in clients that were registered by hand; each row has its own answer, and each client is proven once', 202, shownImport)
  @Answers('With dry_run=true: what would become of each row', 200, shownImport)
  async run(
    @Scope() scope: UnitOfWork,
    @Body({ schema: importing }) body: ImportBody,
    @Query({ schema: dryRunQuery }) query: DryRunQuery,
    @Res({ passthrough: true }) response: Response,
  ) {
    const { rows, refused } = readRows(body);
    if (query.dry_run === 'true') {
      response.status(200);
      return showImport([...refused, ...(await this.imports.plan(scope, rows))]);
    }
    return showImport([...refused, ...(await this.imports.run(scope, rows))]);
  }
}
