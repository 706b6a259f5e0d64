import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { UnitOfWork } from '@registrar/database';
import { WorkspacesService } from '@registrar/tenants';
import { Answers } from '../answers.js';
import { Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { showWorkspace, shownWorkspace } from './workspace.dto.js';

@Controller('v1/workspace')
@ApiTags('Workspace')
export class WorkspaceController {
  constructor(private readonly workspaces: WorkspacesService) {}

  @Get()
  @Permit('workspace.read')
  @Answers("The caller's workspace", 200, shownWorkspace)
  async get(@Scope() scope: UnitOfWork) {
    return showWorkspace(await this.workspaces.get(scope));
  }
}
