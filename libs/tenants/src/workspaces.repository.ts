import type { Transaction } from '@registrar/database';
import { WorkspaceEntity, type WorkspaceRow } from './workspace.entity.js';

/** The row of the workspace that the open transaction is scoped to. */
export const workspaceRows = {
  find: (tx: Transaction): Promise<WorkspaceRow | null> => tx.repository(WorkspaceEntity).findOneBy({ id: tx.scope.workspaceId }),

  async isAudited(tx: Transaction): Promise<boolean> {
    const rows = await tx.query(`SELECT 1 FROM audit_events WHERE workspace_id = $1 AND subject_id = $1 AND action = 'workspace.create'`, [
      tx.scope.workspaceId,
    ]);
    return rows.length > 0;
  },

  async insert(tx: Transaction, row: WorkspaceRow): Promise<void> {
    await tx.repository(WorkspaceEntity).createQueryBuilder().insert().values(row).orIgnore().execute();
  },
};
