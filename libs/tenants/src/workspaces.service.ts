import type { Clock } from '@registrar/clock';
import type { Database, UnitOfWork, WorkActor } from '@registrar/database';
import { tenantProblem } from './tenants.problems.js';
import type { TenantRecords } from './tenants.records.js';
import { workspaceRows } from './workspaces.repository.js';

/** A customer of the service; the outermost boundary. */
export interface Workspace {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
}

// The name under which transactions come before any key of the workspace exists.
const FOUNDER: WorkActor = { type: 'system', id: 'vault' };

export class WorkspacesService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly records: TenantRecords,
  ) {}

  /**
   * Makes the workspace whose id is the scope's; a second call finds it made and changes nothing. Two transactions, because
   * the key of the audit chain can only be made for a workspace that is there.
   */
  async create(scope: UnitOfWork, name: string): Promise<Workspace> {
    const founding = { workspaceId: scope.workspaceId, actor: FOUNDER, requestId: scope.requestId };
    const row = { id: scope.workspaceId, name, createdAt: this.clock.now() };
    await this.database.transaction(founding, (tx) => workspaceRows.insert(tx, row));
    return this.database.transaction(scope, async (tx) => {
      if (!(await workspaceRows.isAudited(tx))) this.records.workspaceCreated(tx);
      return (await workspaceRows.find(tx)) ?? row;
    });
  }

  /** The scope's own workspace. @throws Problem tenants.workspace_not_found */
  get(scope: UnitOfWork): Promise<Workspace> {
    return this.database.transaction(scope, async (tx) => {
      const row = await workspaceRows.find(tx);
      if (!row) throw tenantProblem('tenants.workspace_not_found');
      return row;
    });
  }
}
