import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RoleMappingsService, type Principal } from '@registrar/access';
import type { UnitOfWork } from '@registrar/database';
import { Answers } from '../answers.js';
import { Caller, Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { Cursors } from '../cursors.js';
import { listOf, pageQuery, type PageQuery } from '../page.dto.js';
import { idOf } from '../public-id.dto.js';
import { newRoleMapping, showRoleMapping, shownRoleMapping, type NewRoleMappingBody } from './role-mappings.dto.js';

const LIST = 'role-mappings';

/** What groups of the OpenID provider may do in this workspace. */
@Controller('v1/role-mappings')
@ApiTags('Role mappings')
export class RoleMappingsController {
  constructor(
    private readonly mappings: RoleMappingsService,
    private readonly cursors: Cursors,
  ) {}

  @Post()
  @Permit('role_mappings.write')
  @Answers('Gives a group of the OpenID provider a role, and bindings', 201, shownRoleMapping)
  async create(@Scope() scope: UnitOfWork, @Body({ schema: newRoleMapping }) body: NewRoleMappingBody) {
    const { group, role, tenant_ids: tenantIds, application_id: applicationId, environment } = body;
    return showRoleMapping(await this.mappings.create(scope, { group, role, tenantIds, applicationId, environment }));
  }

  @Get()
  @Permit('role_mappings.read')
  @Answers('Lists the mappings', 200, listOf(shownRoleMapping))
  async list(@Caller() caller: Principal, @Scope() scope: UnitOfWork, @Query({ schema: pageQuery }) query: PageQuery) {
    const page = await this.mappings.list(scope, await this.cursors.read(caller, LIST, query));
    return this.cursors.answer(caller, LIST, page, showRoleMapping);
  }

  @Delete(':id')
  @Permit('role_mappings.write')
  @HttpCode(204)
  @Answers('Takes the role from the group, within a second from whoever is signed in by it too', 204)
  async remove(@Scope() scope: UnitOfWork, @Param('id', { schema: idOf('map') }) id: string) {
    await this.mappings.remove(scope, id);
  }
}
