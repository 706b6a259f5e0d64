import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Principal } from '@registrar/access';
import { publicId, type UnitOfWork } from '@registrar/database';
import { RotationRuns, type RotationRun } from '@registrar/rotation';
import type { Response } from 'express';
import { Answers } from '../answers.js';
import { Caller, Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { Cursors } from '../cursors.js';
import { partQuery, type PageQuery } from '../page.dto.js';
import { idOf } from '../public-id.dto.js';
import { newRotationRun, oneSubject, shownRotationRun, showRotationRun, type NewRotationRunBody } from './rotations.dto.js';

/** Rotations of many at once. */
@Controller('v1/rotations')
@ApiTags('Rotation')
export class RotationsController {
  constructor(
    private readonly runs: RotationRuns,
    private readonly cursors: Cursors,
  ) {}

  @Post()
  @HttpCode(202)
  @Permit('registrations.operate')
  @Answers('Rotates every credential of a hospital, an EHR or an application', 202, shownRotationRun)
  async start(
    @Caller() caller: Principal,
    @Scope() scope: UnitOfWork,
    @Body({ schema: newRotationRun }) body: NewRotationRunBody,
    @Res({ passthrough: true }) response: Response,
  ) {
    const run = await this.runs.start(scope, oneSubject(body), body.reason);
    response.setHeader('Location', `/v1/rotations/${publicId('rot', run.id)}`);
    return this.#shown(caller, run);
  }

  @Get(':id')
  @Permit('registrations.read')
  @Answers('How far it is, and how long it took until the last old credential was gone', 200, shownRotationRun)
  async get(
    @Caller() caller: Principal,
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('rot') }) id: string,
    @Query({ schema: partQuery }) query: PageQuery,
  ) {
    return this.#shown(caller, await this.runs.get(scope, id, await this.cursors.read(caller, listOf(id), query)));
  }

  async #shown(caller: Principal, run: RotationRun) {
    const page = { items: run.rotations, ...(run.nextAfter === undefined ? {} : { nextAfter: run.nextAfter }) };
    return showRotationRun(run, await this.cursors.answer(caller, listOf(run.id), page, (one) => one));
  }
}

/** A cursor is good for its run alone. */
function listOf(id: string): string {
  return `rotation ${id}`;
}
