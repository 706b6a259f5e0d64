import type { PageRequest, Transaction } from '@registrar/database';
import type { TenantLinkRow } from './tenant-link.entity.js';

const COLUMNS = `workspace_id AS "workspaceId", id, tenant_id AS "tenantId", note, created_by AS "createdBy", created_at AS "createdAt",
  expires_at AS "expiresAt", revoked_at AS "revokedAt", opened_at AS "openedAt"`;

/** The rows of links, within the scope of the open transaction. */
export const linkRows = {
  async tenantExists(tx: Transaction, tenantId: string): Promise<boolean> {
    const rows = await tx.query('SELECT id FROM tenants WHERE workspace_id = $1 AND id = $2', [tx.scope.workspaceId, tenantId]);
    return rows.length > 0;
  },

  async insert(tx: Transaction, row: TenantLinkRow): Promise<void> {
    await tx.query(
      `INSERT INTO tenant_links (workspace_id, id, tenant_id, note, created_by, created_at, expires_at) VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7)`,
      [row.workspaceId, row.id, row.tenantId, row.note, JSON.stringify(row.createdBy), row.createdAt, row.expiresAt],
    );
  },

  /** The newest first; one more than asked for. */
  page(tx: Transaction, tenantId: string, { limit, after }: PageRequest): Promise<TenantLinkRow[]> {
    return tx.query<TenantLinkRow>(
      `SELECT ${COLUMNS} FROM tenant_links WHERE workspace_id = $1 AND tenant_id = $2 AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`,
      [tx.scope.workspaceId, tenantId, after ?? null, limit + 1],
    );
  },

  async lock(tx: Transaction, tenantId: string, id: string): Promise<TenantLinkRow | undefined> {
    const [row] = await tx.query<TenantLinkRow>(
      `SELECT ${COLUMNS} FROM tenant_links WHERE workspace_id = $1 AND tenant_id = $2 AND id = $3 FOR UPDATE`,
      [tx.scope.workspaceId, tenantId, id],
    );
    return row;
  },

  async revoke(tx: Transaction, id: string, now: Date): Promise<void> {
    await tx.query('UPDATE tenant_links SET revoked_at = $3 WHERE workspace_id = $1 AND id = $2', [tx.scope.workspaceId, id, now]);
  },

  /** Notes that it was opened. @returns undefined where it is revoked or has expired. */
  async open(tx: Transaction, tenantId: string, id: string, now: Date): Promise<TenantLinkRow | undefined> {
    const [row] = await tx.query<TenantLinkRow>(
      `UPDATE tenant_links SET opened_at = $4 WHERE workspace_id = $1 AND tenant_id = $2 AND id = $3 AND revoked_at IS NULL AND expires_at > $4
       RETURNING ${COLUMNS}`,
      [tx.scope.workspaceId, tenantId, id, now],
    );
    return row;
  },
};
