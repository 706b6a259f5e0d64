import { Body, Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { UnitOfWork } from '@registrar/database';
import { Replacements } from '@registrar/registrations';
import type { Response } from 'express';
import { Answers } from '../answers.js';
import { Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { Wait } from '../prefer.js';
import { idOf } from '../public-id.dto.js';
import { RegistrationAnswers } from './registration-answers.js';
import { replacementWanted, type ReplacementBody } from './replacement.dto.js';
import { shownRegistration } from './shown-registration.dto.js';

@Controller('v1/registrations/:id')
@ApiTags('Registrations')
export class ReplacementController {
  constructor(
    private readonly replacements: Replacements,
    private readonly answers: RegistrationAnswers,
  ) {}

  @Post('replace')
  @HttpCode(202)
  @Permit('registrations.write')
  @Answers(
    'Registers another client in place of one that cannot be managed any more, is gone, or is dead; the old one is listed for the EHR’s administrator. In production, and where the hospital removed it, an approval comes first: its id is in the operation’s problem',
    202,
    shownRegistration,
  )
  async replace(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('reg') }) id: string,
    @Body({ schema: replacementWanted }) body: ReplacementBody,
    @Wait() waitMs: number | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    const { reason, accept_new_client_id: accepted } = body;
    const view = await this.replacements.replace(scope, id, { reason, ...(accepted === undefined ? {} : { acceptNewClientId: accepted }) });
    return this.answers.accepted(scope, view, response, waitMs);
  }
}
