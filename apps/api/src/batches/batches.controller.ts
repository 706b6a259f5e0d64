import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { publicId, type UnitOfWork } from '@registrar/database';
import { Batches } from '@registrar/registrations';
import type { Response } from 'express';
import { Answers } from '../answers.js';
import { Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { idOf } from '../public-id.dto.js';
import { dryRunQuery, type DryRunQuery } from '../registrations/registrations.dto.js';
import { batchWantedOf, newBatch, showBatch, shownBatch, shownPlan, showPlan, type NewBatchBody } from './batches.dto.js';

/** Onboarding by one call. */
@Controller('v1/batches')
@ApiTags('Batches')
export class BatchesController {
  constructor(private readonly batches: Batches) {}

  @Post()
  @HttpCode(202)
  @Permit('batches.write')
  @Answers('Registers an application at many connections', 202, shownBatch)
  @Answers('With dry_run=true: the plan', 200, shownPlan)
  async create(
    @Scope() scope: UnitOfWork,
    @Body({ schema: newBatch }) body: NewBatchBody,
    @Query({ schema: dryRunQuery }) query: DryRunQuery,
    @Res({ passthrough: true }) response: Response,
  ) {
    const wanted = batchWantedOf(body);
    if (query.dry_run === 'true') {
      response.status(200);
      return showPlan(await this.batches.plan(scope, wanted));
    }
    const batch = await this.batches.create(scope, wanted, body.plan_hash);
    response.setHeader('Location', `/v1/batches/${publicId('bat', batch.id)}`);
    return showBatch(batch);
  }

  @Get(':id')
  @Permit('batches.read')
  @Answers('Counts, and the state of each registration', 200, shownBatch)
  async get(@Scope() scope: UnitOfWork, @Param('id', { schema: idOf('bat') }) id: string) {
    return showBatch(await this.batches.get(scope, id));
  }

  @Post(':id/retry-failed')
  @HttpCode(202)
  @Permit('batches.write')
  @Answers('Tries again what was rejected or whose credential failed, and nothing else', 202, shownBatch)
  async retryFailed(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('bat') }) id: string,
    @Res({ passthrough: true }) response: Response,
  ) {
    const batch = await this.batches.retryFailed(scope, id);
    response.setHeader('Location', `/v1/batches/${publicId('bat', batch.id)}`);
    return showBatch(batch);
  }
}
