import type { PageRequest, Transaction } from '@registrar/database';
import { LessThan } from 'typeorm';
import { RoleMappingEntity, type RoleMappingRow } from './role-mapping.entity.js';
import { ROLES } from './role.js';

const COLUMNS = `workspace_id AS "workspaceId", id, claim_value AS "group", role, tenant_ids AS "tenantIds",
  application_id AS "applicationId", environment, created_at AS "createdAt"`;

/** The mappings of a workspace. */
export const roleMappingRows = {
  find: (tx: Transaction, id: string): Promise<RoleMappingRow | null> =>
    tx.repository(RoleMappingEntity).findOneBy({ workspaceId: tx.scope.workspaceId, id }),

  page: (tx: Transaction, { limit, after }: PageRequest): Promise<RoleMappingRow[]> =>
    tx.repository(RoleMappingEntity).find({
      where: { workspaceId: tx.scope.workspaceId, ...(after === undefined ? {} : { id: LessThan(after) }) },
      order: { id: 'DESC' },
      take: limit + 1,
    }),

  /** @returns false where the group is mapped already. */
  async insert(tx: Transaction, row: RoleMappingRow): Promise<boolean> {
    const done = await tx.query(
      `INSERT INTO role_mappings (workspace_id, id, claim_value, role, tenant_ids, application_id, environment, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (workspace_id, claim_value) DO NOTHING RETURNING id`,
      [
        row.workspaceId,
        row.id,
        row.group,
        row.role,
        row.tenantIds && JSON.stringify(row.tenantIds),
        row.applicationId,
        row.environment,
        row.createdAt,
      ],
    );
    return done.length > 0;
  },

  async remove(tx: Transaction, id: string): Promise<void> {
    await tx.repository(RoleMappingEntity).delete({ workspaceId: tx.scope.workspaceId, id });
  },

  /** Of the mappings of these groups the one whose role comes first in ROLES; of several, the oldest. */
  async best(tx: Transaction, groups: readonly string[]): Promise<RoleMappingRow | undefined> {
    if (groups.length === 0) return undefined;
    const [row] = await tx.query<RoleMappingRow>(
      `SELECT ${COLUMNS} FROM role_mappings WHERE workspace_id = $1 AND claim_value = ANY ($2)
        ORDER BY array_position($3::text[], role), id LIMIT 1`,
      [tx.scope.workspaceId, groups, ROLES],
    );
    return row;
  },
};
