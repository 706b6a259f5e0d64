import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Principal } from '@registrar/access';
import type { UnitOfWork } from '@registrar/database';
import { ConnectionsService, type Connection } from '@registrar/ehrs';
import type { Response } from 'express';
import { Answers } from '../answers.js';
import { Caller, Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { Cursors } from '../cursors.js';
import { ExpectedVersion, setEntityTag } from '../entity-tag.js';
import { listOf } from '../page.dto.js';
import { idOf } from '../public-id.dto.js';
import {
  connectionChange,
  connectionsQuery,
  newConnection,
  showConnection,
  shownConnection,
  type ConnectionChangeBody,
  type ConnectionsQuery,
  type NewConnectionBody,
} from './connections.dto.js';

const LIST = 'connections';

@Controller('v1/connections')
@ApiTags('Connections')
export class ConnectionsController {
  constructor(
    private readonly connections: ConnectionsService,
    private readonly cursors: Cursors,
  ) {}

  @Post()
  @Permit('connections.write')
  @Answers("Connects a hospital to an EHR; refused where the EHR is another hospital's", 201, shownConnection)
  async create(
    @Scope() scope: UnitOfWork,
    @Body({ schema: newConnection }) body: NewConnectionBody,
    @Res({ passthrough: true }) response: Response,
  ) {
    const wanted = { tenantId: body.tenant_id, ehrId: body.ehr_id, externalId: body.external_id };
    return shown(await this.connections.create(scope, wanted), response);
  }

  @Get()
  @Permit('connections.read')
  @Answers('Lists connections, the newest first', 200, listOf(shownConnection))
  async list(@Caller() caller: Principal, @Scope() scope: UnitOfWork, @Query({ schema: connectionsQuery }) query: ConnectionsQuery) {
    const filter = { tenantId: query.tenant_id, ehrId: query.ehr_id, externalId: query.external_id };
    const page = await this.connections.list(scope, filter, await this.cursors.read(caller, LIST, query));
    return this.cursors.answer(caller, LIST, page, showConnection);
  }

  @Get(':id')
  @Permit('connections.read')
  @Answers('Reads a connection', 200, shownConnection)
  async get(@Scope() scope: UnitOfWork, @Param('id', { schema: idOf('con') }) id: string, @Res({ passthrough: true }) response: Response) {
    return shown(await this.connections.get(scope, id), response);
  }

  @Patch(':id')
  @Permit('connections.write')
  @Answers("Changes the hospital's id at the EHR", 200, shownConnection)
  async change(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('con') }) id: string,
    @Body({ schema: connectionChange }) body: ConnectionChangeBody,
    @ExpectedVersion() expected: number | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    return shown(await this.connections.change(scope, id, { externalId: body.external_id }, expected), response);
  }

  @Delete(':id')
  @HttpCode(204)
  @Permit('connections.write')
  @Answers('Removes a connection that never had a registration', 204)
  remove(@Scope() scope: UnitOfWork, @Param('id', { schema: idOf('con') }) id: string) {
    return this.connections.remove(scope, id);
  }
}

function shown(connection: Connection, response: Response) {
  setEntityTag(response, connection.version);
  return showConnection(connection);
}
