import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Principal } from '@registrar/access';
import { publicId, type UnitOfWork } from '@registrar/database';
import { Rollouts } from '@registrar/rollouts';
import type { Response } from 'express';
import { Answers } from '../answers.js';
import { Caller, Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { Cursors } from '../cursors.js';
import { listOf } from '../page.dto.js';
import { idOf } from '../public-id.dto.js';
import { dryRunQuery, type DryRunQuery } from '../registrations/registrations.dto.js';
import { showPlan, shownPlan } from './rollout-plan.dto.js';
import {
  newRollout,
  rolloutsQuery,
  rolloutWantedOf,
  showRollout,
  shownRollout,
  shownRolloutInList,
  showRolloutInList,
  type NewRolloutBody,
  type RolloutsQuery,
} from './rollouts.dto.js';

const LIST = 'rollouts';

/** Brings the registrations of an application to its newest revision. */
@Controller('v1')
@ApiTags('Roll-outs')
export class RolloutsController {
  constructor(
    private readonly rollouts: Rollouts,
    private readonly cursors: Cursors,
  ) {}

  @Post('applications/:id/rollout')
  @HttpCode(202)
  @Permit('rollouts.write')
  @Answers('Rolls the newest revision out; where it widens anything, it waits for an approval', 202, shownRollout)
  @Answers(
    'With dry_run=true: what each registration would get, what that means to its hospital, and what needs an approval',
    200,
    shownPlan,
  )
  async create(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('app') }) applicationId: string,
    @Body({ schema: newRollout }) body: NewRolloutBody,
    @Query({ schema: dryRunQuery }) query: DryRunQuery,
    @Res({ passthrough: true }) response: Response,
  ) {
    const wanted = rolloutWantedOf(body);
    if (query.dry_run === 'true') {
      response.status(200);
      return showPlan(await this.rollouts.plan(scope, applicationId, wanted));
    }
    const rollout = await this.rollouts.create(scope, applicationId, wanted);
    response.setHeader('Location', `/v1/rollouts/${publicId('rol', rollout.id)}`);
    return showRollout(rollout);
  }

  @Get('rollouts')
  @Permit('applications.read')
  @Answers('Lists roll-outs, the newest first', 200, listOf(shownRolloutInList))
  async list(@Caller() caller: Principal, @Scope() scope: UnitOfWork, @Query({ schema: rolloutsQuery }) query: RolloutsQuery) {
    const page = await this.rollouts.list(scope, query.application_id, await this.cursors.read(caller, LIST, query));
    return this.cursors.answer(caller, LIST, page, showRolloutInList);
  }

  @Get('rollouts/:id')
  @Permit('applications.read')
  @Answers('Where a roll-out stands: counts, and the state and operation of each registration', 200, shownRollout)
  async get(@Scope() scope: UnitOfWork, @Param('id', { schema: idOf('rol') }) id: string) {
    return showRollout(await this.rollouts.get(scope, id));
  }

  @Post('rollouts/:id/pause')
  @HttpCode(200)
  @Permit('rollouts.write')
  @Answers('Begins nothing more; what is under way ends by itself', 200, shownRollout)
  async pause(@Scope() scope: UnitOfWork, @Param('id', { schema: idOf('rol') }) id: string) {
    return showRollout(await this.rollouts.pause(scope, id));
  }

  @Post('rollouts/:id/resume')
  @HttpCode(200)
  @Permit('rollouts.write')
  @Answers('Goes on after a pause or a halt; what failed is tried again', 200, shownRollout)
  async resume(@Scope() scope: UnitOfWork, @Param('id', { schema: idOf('rol') }) id: string) {
    return showRollout(await this.rollouts.resume(scope, id));
  }
}
