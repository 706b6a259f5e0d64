import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { publicId, type UnitOfWork } from '@registrar/database';
import { RotationRuns } from '@registrar/rotation';
import type { Response } from 'express';
import { Answers } from '../answers.js';
import { Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { idOf } from '../public-id.dto.js';
import { newRotationRun, oneSubject, shownRotationRun, showRotationRun, type NewRotationRunBody } from './rotations.dto.js';

/** Rotations of many at once. */
@Controller('v1/rotations')
@ApiTags('Rotation')
export class RotationsController {
  constructor(private readonly runs: RotationRuns) {}

  @Post()
  @HttpCode(202)
  @Permit('registrations.operate')
  @Answers('Rotates every credential of a hospital, an EHR or an application', 202, shownRotationRun)
  async start(
    @Scope() scope: UnitOfWork,
    @Body({ schema: newRotationRun }) body: NewRotationRunBody,
    @Res({ passthrough: true }) response: Response,
  ) {
    const run = await this.runs.start(scope, oneSubject(body), body.reason);
    response.setHeader('Location', `/v1/rotations/${publicId('rot', run.id)}`);
    return showRotationRun(run);
  }

  @Get(':id')
  @Permit('registrations.read')
  @Answers('How far it is, and how long it took until the last old credential was gone', 200, shownRotationRun)
  async get(@Scope() scope: UnitOfWork, @Param('id', { schema: idOf('rot') }) id: string) {
    return showRotationRun(await this.runs.get(scope, id));
  }
}
