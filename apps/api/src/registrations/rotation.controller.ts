import { Body, Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { UnitOfWork } from '@registrar/database';
import { Registrations } from '@registrar/registrations';
import { Rotations } from '@registrar/rotation';
import type { Response } from 'express';
import { Answers } from '../answers.js';
import { Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { Wait } from '../prefer.js';
import { idOf } from '../public-id.dto.js';
import { rotationWanted, rotationWantedOf, type RotationWantedBody } from '../rotations/rotations.dto.js';
import { RegistrationAnswers } from './registration-answers.js';
import { shownRegistration } from './shown-registration.dto.js';

@Controller('v1/registrations/:id')
@ApiTags('Registrations')
export class RotationController {
  constructor(
    private readonly rotations: Rotations,
    private readonly registrations: Registrations,
    private readonly answers: RegistrationAnswers,
  ) {}

  @Post('rotate')
  @HttpCode(202)
  @Permit('registrations.operate')
  @Answers('Rotates the credential, in the way that the EHR’s server allows', 202, shownRegistration)
  async rotate(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('reg') }) id: string,
    @Body({ schema: rotationWanted }) body: RotationWantedBody,
    @Wait() waitMs: number | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    await this.rotations.rotate(scope, id, rotationWantedOf(body));
    return this.answers.accepted(scope, await this.registrations.get(scope, id), response, waitMs);
  }

  @Post('rollback')
  @HttpCode(202)
  @Permit('registrations.operate')
  @Answers('Goes back to the previous credential, while its overlap is open', 202, shownRegistration)
  async rollBack(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('reg') }) id: string,
    @Wait() waitMs: number | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    await this.rotations.rollBack(scope, id);
    return this.answers.accepted(scope, await this.registrations.get(scope, id), response, waitMs);
  }
}
