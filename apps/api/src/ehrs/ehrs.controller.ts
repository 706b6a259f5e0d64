import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Principal } from '@registrar/access';
import type { UnitOfWork } from '@registrar/database';
import { EhrDiscoveriesService, EhrsService, type Ehr } from '@registrar/ehrs';
import type { Response } from 'express';
import { Answers } from '../answers.js';
import { Caller, Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { Cursors } from '../cursors.js';
import { ExpectedVersion, setEntityTag } from '../entity-tag.js';
import { listOf } from '../page.dto.js';
import { idOf } from '../public-id.dto.js';
import { changeOf, ehrChange, ehrsQuery, newEhr, newEhrOf, type EhrChangeBody, type EhrsQuery, type NewEhrBody } from './ehrs.dto.js';
import { showEhr, shownEhr } from './shown-ehr.dto.js';

const LIST = 'ehrs';

@Controller('v1/ehrs')
@ApiTags('EHRs')
export class EhrsController {
  constructor(
    private readonly ehrs: EhrsService,
    private readonly discoveries: EhrDiscoveriesService,
    private readonly cursors: Cursors,
  ) {}

  @Post()
  @Permit('ehrs.write')
  @Answers('Discovers an EHR at once and stores it, reachable or not', 201, shownEhr)
  async create(@Scope() scope: UnitOfWork, @Body({ schema: newEhr }) body: NewEhrBody, @Res({ passthrough: true }) response: Response) {
    return shown(await this.ehrs.create(scope, newEhrOf(body)), response);
  }

  @Get()
  @Permit('ehrs.read')
  @Answers('Lists EHRs, the newest first', 200, listOf(shownEhr))
  async list(@Caller() caller: Principal, @Scope() scope: UnitOfWork, @Query({ schema: ehrsQuery }) query: EhrsQuery) {
    const filter = { environment: query.environment, vendor: query.vendor, status: query.status, tenantId: query.tenant_id };
    const page = await this.ehrs.list(scope, filter, await this.cursors.read(caller, LIST, query));
    return this.cursors.answer(caller, LIST, page, showEhr);
  }

  @Get(':id')
  @Permit('ehrs.read')
  @Answers('Reads an EHR with its last discovery', 200, shownEhr)
  async get(@Scope() scope: UnitOfWork, @Param('id', { schema: idOf('ehr') }) id: string, @Res({ passthrough: true }) response: Response) {
    return shown(await this.ehrs.get(scope, id), response);
  }

  @Patch(':id')
  @Permit('ehrs.write')
  @Answers('Changes an EHR; its address, environment and hospital stay for ever', 200, shownEhr)
  async change(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('ehr') }) id: string,
    @Body({ schema: ehrChange }) body: EhrChangeBody,
    @ExpectedVersion() expected: number | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    return shown(await this.ehrs.change(scope, id, changeOf(body), expected), response);
  }

  @Delete(':id')
  @HttpCode(204)
  @Permit('ehrs.write')
  @Answers('Removes an EHR that never had a registration', 204)
  remove(@Scope() scope: UnitOfWork, @Param('id', { schema: idOf('ehr') }) id: string) {
    return this.ehrs.remove(scope, id);
  }

  @Post(':id/discover')
  @HttpCode(200)
  @Permit('ehrs.write')
  @Answers('Discovers again; endpoints that moved to another origin quarantine the EHR until it is confirmed', 200, shownEhr)
  async discover(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('ehr') }) id: string,
    @Res({ passthrough: true }) response: Response,
  ) {
    return shown(await this.discoveries.discover(scope, id), response);
  }

  @Post(':id/confirm')
  @HttpCode(200)
  @Permit('ehrs.confirm')
  @Answers('Takes over what the last discovery found, and lets registration secrets go to its origin', 200, shownEhr)
  async confirm(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('ehr') }) id: string,
    @ExpectedVersion() expected: number | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    return shown(await this.discoveries.confirm(scope, id, expected), response);
  }
}

function shown(ehr: Ehr, response: Response) {
  setEntityTag(response, ehr.version);
  return showEhr(ehr);
}
