import { Body, Controller, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Principal } from '@registrar/access';
import type { UnitOfWork } from '@registrar/database';
import { TenantsService, type Tenant } from '@registrar/tenants';
import type { Response } from 'express';
import { Answers } from '../answers.js';
import { Caller, Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { Cursors } from '../cursors.js';
import { ExpectedVersion, setEntityTag } from '../entity-tag.js';
import { listOf } from '../page.dto.js';
import { idOf } from '../public-id.dto.js';
import {
  newTenant,
  showTenant,
  shownTenant,
  tenantChange,
  tenantsQuery,
  type NewTenantBody,
  type TenantChangeBody,
  type TenantsQuery,
} from './tenants.dto.js';

const LIST = 'tenants';

@Controller('v1/tenants')
@ApiTags('Tenants')
export class TenantsController {
  constructor(
    private readonly tenants: TenantsService,
    private readonly cursors: Cursors,
  ) {}

  @Post()
  @Permit('tenants.write')
  @Answers('Makes a tenant: a hospital or health system', 201, shownTenant)
  async create(
    @Scope() scope: UnitOfWork,
    @Body({ schema: newTenant }) body: NewTenantBody,
    @Res({ passthrough: true }) response: Response,
  ) {
    const { external_id: externalId, ...rest } = body;
    return shown(await this.tenants.create(scope, { ...rest, externalId }), response);
  }

  @Get()
  @Permit('tenants.read')
  @Answers('Lists tenants, the newest first', 200, listOf(shownTenant))
  async list(@Caller() caller: Principal, @Scope() scope: UnitOfWork, @Query({ schema: tenantsQuery }) query: TenantsQuery) {
    const filter = { externalId: query.external_id, status: query.status };
    const page = await this.tenants.list(scope, filter, await this.cursors.read(caller, LIST, query));
    return this.cursors.answer(caller, LIST, page, showTenant);
  }

  @Get(':id')
  @Permit('tenants.read')
  @Answers('Reads a tenant', 200, shownTenant)
  async get(@Scope() scope: UnitOfWork, @Param('id', { schema: idOf('ten') }) id: string, @Res({ passthrough: true }) response: Response) {
    return shown(await this.tenants.get(scope, id), response);
  }

  @Patch(':id')
  @Permit('tenants.write')
  @Answers('Changes what is named; contacts and metadata are replaced as a whole', 200, shownTenant)
  async change(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('ten') }) id: string,
    @Body({ schema: tenantChange }) body: TenantChangeBody,
    @ExpectedVersion() expected: number | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    const { external_id: externalId, ...rest } = body;
    const change = 'external_id' in body ? { ...rest, externalId } : rest;
    return shown(await this.tenants.change(scope, id, change, expected), response);
  }
}

function shown(tenant: Tenant, response: Response) {
  setEntityTag(response, tenant.version);
  return showTenant(tenant);
}
