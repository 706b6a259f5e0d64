import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiKeysService, newApiKeyToken, workspaceIds, type Principal } from '@registrar/access';
import { Database, pageOf, type UnitOfWork } from '@registrar/database';
import { WorkspacesService } from '@registrar/tenants';
import { newId } from '@registrar/vault';
import { Answers } from '../answers.js';
import { Caller, Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { Cursors } from '../cursors.js';
import { Reveals } from '../idempotency.interceptor.js';
import { listOf, pageQuery, type PageQuery } from '../page.dto.js';
import { showWorkspace, shownWorkspace } from '../workspace/workspace.dto.js';
import { madeWorkspace, newWorkspace, type NewWorkspace } from './workspaces.dto.js';

const LIST = 'workspaces';

/** All workspaces, for the platform's operator: an owner of the first one. */
@Controller('v1/workspaces')
@ApiTags('Workspaces')
export class WorkspacesController {
  constructor(
    private readonly workspaces: WorkspacesService,
    private readonly apiKeys: ApiKeysService,
    private readonly database: Database,
    private readonly cursors: Cursors,
  ) {}

  @Post()
  @Permit('workspaces.write')
  @Reveals('owner_key')
  @Answers('Makes a workspace and its first key', 201, madeWorkspace)
  async create(@Scope() scope: UnitOfWork, @Body({ schema: newWorkspace }) body: NewWorkspace) {
    const own = { ...scope, workspaceId: newId() };
    const workspace = await this.workspaces.create(own, body.name);
    const token = newApiKeyToken();
    await this.apiKeys.createFirst(own, 'Owner', token);
    return { ...showWorkspace(workspace), owner_key: token.expose() };
  }

  @Get()
  @Permit('workspaces.read')
  @Answers('Lists the workspaces', 200, listOf(shownWorkspace))
  async list(@Caller() caller: Principal, @Scope() scope: UnitOfWork, @Query({ schema: pageQuery }) query: PageQuery) {
    const request = await this.cursors.read(caller, LIST, query);
    const page = pageOf(await workspaceIds(this.database, request), request, ({ id }) => id);
    const items = [];
    // Each lies behind its own row-level security.
    for (const workspaceId of page.items) items.push(await this.workspaces.get({ ...scope, workspaceId }));
    return this.cursors.answer(caller, LIST, { ...page, items }, showWorkspace);
  }
}
