import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Principal } from '@registrar/access';
import { publicId, type UnitOfWork } from '@registrar/database';
import { Offboardings, Shredding } from '@registrar/offboarding';
import type { Response } from 'express';
import { Answers } from '../answers.js';
import { Caller, Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { Cursors } from '../cursors.js';
import { idOf } from '../public-id.dto.js';
import {
  offboardingWanted,
  offboardQuery,
  showOffboarding,
  shownOffboarding,
  shownPlan,
  showPlan,
  wantedOf,
  type OffboardingWantedBody,
  type OffboardQuery,
} from './offboarding.dto.js';

/** Ends a hospital: everything of it at its EHRs, then here, with a certificate; and its keys, by somebody else. */
@Controller('v1/tenants/:id')
@ApiTags('Off-boarding')
export class OffboardingController {
  constructor(
    private readonly offboardings: Offboardings,
    private readonly shredding: Shredding,
    private readonly cursors: Cursors,
  ) {}

  @Post('offboard')
  @HttpCode(202)
  @Permit('tenants.offboard')
  @Answers(
    'Off-boards a hospital: every registration is deregistered, and a signed certificate says what became of it',
    202,
    shownOffboarding,
  )
  @Answers('With dry_run=true: what would be deleted, what others share, what a person has to do, what is unknown', 200, shownPlan)
  async offboard(
    @Caller() caller: Principal,
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('ten') }) id: string,
    @Body({ schema: offboardingWanted }) body: OffboardingWantedBody,
    @Query({ schema: offboardQuery }) query: OffboardQuery,
    @Res({ passthrough: true }) response: Response,
  ) {
    if (query.dry_run === 'true') {
      response.status(200);
      const list = `offboarding plan ${id}`;
      const plan = await this.offboardings.plan(scope, id, await this.cursors.read(caller, list, query));
      return showPlan(plan, await this.cursors.answer(caller, list, plan.registrations, (one) => one));
    }
    await this.offboardings.start(scope, id, wantedOf(body));
    response.setHeader('Location', `/v1/tenants/${publicId('ten', id)}/offboarding`);
    return this.#shown(scope, id);
  }

  @Post('offboard/cancel')
  @HttpCode(200)
  @Permit('tenants.offboard')
  @Answers('Takes it back, as long as it has not begun', 200, shownOffboarding)
  async cancel(@Scope() scope: UnitOfWork, @Param('id', { schema: idOf('ten') }) id: string) {
    await this.offboardings.cancel(scope, id);
    return this.#shown(scope, id);
  }

  @Post('offboard/shred')
  @HttpCode(200)
  @Permit('tenants.offboard')
  @Answers('Destroys the hospital’s keys, after its certificate, by somebody other than the one who off-boarded it', 200, shownOffboarding)
  async shred(@Scope() scope: UnitOfWork, @Param('id', { schema: idOf('ten') }) id: string) {
    await this.shredding.shred(scope, id);
    return this.#shown(scope, id);
  }

  @Get('offboarding')
  @Permit('tenants.read')
  @Answers('Where the off-boarding stands, with its certificate once it has ended', 200, shownOffboarding)
  get(@Scope() scope: UnitOfWork, @Param('id', { schema: idOf('ten') }) id: string) {
    return this.#shown(scope, id);
  }

  async #shown(scope: UnitOfWork, id: string) {
    const { offboarding, counts } = await this.offboardings.get(scope, id);
    return showOffboarding(offboarding, counts);
  }
}
