import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { UnitOfWork } from '@registrar/database';
import { OPEN_OPERATIONS, Orphans, Registrations, UnknownOutcomes, WorksheetReader } from '@registrar/registrations';
import { PersonCompletion } from '@registrar/rotation';
import type { Response } from 'express';
import { Answers } from '../answers.js';
import { Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { Wait } from '../prefer.js';
import { idOf } from '../public-id.dto.js';
import {
  completion,
  madeClientOf,
  resolution,
  resolutionOf,
  shownWorksheet,
  showWorksheet,
  type CompletionBody,
  type ResolutionBody,
} from './portal.dto.js';
import { RegistrationAnswers } from './registration-answers.js';
import { shownRegistration } from './shown-registration.dto.js';

/** What a person does by hand: registers at a vendor's portal, and finds out what became of a lost answer. */
@Controller('v1/registrations/:id')
@ApiTags('Registrations')
export class PortalController {
  constructor(
    private readonly registrations: Registrations,
    private readonly worksheets: WorksheetReader,
    private readonly completions: PersonCompletion,
    private readonly unknown: UnknownOutcomes,
    private readonly orphans: Orphans,
    private readonly answers: RegistrationAnswers,
  ) {}

  @Get('worksheet')
  @Permit('registrations.read')
  @Answers('What to paste where at the vendor’s portal', 200, shownWorksheet)
  async worksheet(@Scope() scope: UnitOfWork, @Param('id', { schema: idOf('reg') }) id: string) {
    return showWorksheet(await this.worksheets.read(scope, id));
  }

  @Post('complete')
  @HttpCode(202)
  @Permit('registrations.operate')
  @Answers(
    'Of a registration that is deregistered: what was left at the portal is removed there, as evidence shows',
    200,
    shownRegistration,
  )
  @Answers(
    'Takes in the client that was registered or changed at the portal, or its new credential; it is proven next',
    202,
    shownRegistration,
  )
  async complete(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('reg') }) id: string,
    @Body({ schema: completion }) body: CompletionBody,
    @Wait() waitMs: number | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    if ((await this.registrations.get(scope, id)).status === 'deregistered' && body.client_id === undefined) {
      await this.orphans.confirmRemoval(scope, id, body.evidence);
      response.status(200);
      return this.answers.shown(await this.registrations.get(scope, id), response);
    }
    await this.completions.complete(scope, id, madeClientOf(body), body.evidence);
    return this.answers.accepted(scope, await this.registrations.get(scope, id), response, waitMs);
  }

  @Post('resolve')
  @HttpCode(202)
  @Permit('registrations.operate')
  @Answers('Ends an unknown outcome by what a person found out; adopt and retry go on', 202, shownRegistration)
  @Answers('absent and removed: nothing goes on by itself', 200, shownRegistration)
  async resolve(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('reg') }) id: string,
    @Body({ schema: resolution }) body: ResolutionBody,
    @Wait() waitMs: number | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    await this.unknown.resolve(scope, id, resolutionOf(body));
    const view = await this.registrations.get(scope, id);
    if (view.operation && OPEN_OPERATIONS.includes(view.operation.status)) return this.answers.accepted(scope, view, response, waitMs);
    response.status(200);
    return this.answers.shown(view, response);
  }
}
