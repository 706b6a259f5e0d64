import type { PageRequest, Transaction } from '@registrar/database';
import { LessThan } from 'typeorm';
import { ApiKeyEntity, type ApiKeyRow } from './api-key.entity.js';

/** The rows of API keys within the scope of the open transaction, and the routing row that finds a key by its digest. */
export const apiKeyRows = {
  find: (tx: Transaction, id: string): Promise<ApiKeyRow | null> =>
    tx.repository(ApiKeyEntity).findOneBy({ workspaceId: tx.scope.workspaceId, id }),

  page: (tx: Transaction, { limit, after }: PageRequest): Promise<ApiKeyRow[]> =>
    tx.repository(ApiKeyEntity).find({
      where: { workspaceId: tx.scope.workspaceId, ...(after === undefined ? {} : { id: LessThan(after) }) },
      order: { id: 'DESC' },
      take: limit + 1,
    }),

  async insert(tx: Transaction, row: ApiKeyRow, digest: Uint8Array): Promise<void> {
    await tx.repository(ApiKeyEntity).insert(row);
    await tx.query('INSERT INTO api_key_index (digest, workspace_id, api_key_id, expires_at) VALUES ($1, $2, $3, $4)', [
      digest,
      row.workspaceId,
      row.id,
      row.expiresAt,
    ]);
  },

  async revoke(tx: Transaction, id: string, at: Date): Promise<void> {
    await tx.repository(ApiKeyEntity).update({ workspaceId: tx.scope.workspaceId, id }, { revokedAt: at });
    await tx.query('UPDATE api_key_index SET revoked_at = $2 WHERE api_key_id = $1', [id, at]);
  },

  /** Makes this transaction the only one that counts or changes the workspace's keys. */
  async lockAll(tx: Transaction): Promise<void> {
    await tx.query('SELECT 1 FROM workspaces WHERE id = $1 FOR NO KEY UPDATE', [tx.scope.workspaceId]);
  },

  async count(tx: Transaction): Promise<number> {
    return tx.repository(ApiKeyEntity).countBy({ workspaceId: tx.scope.workspaceId });
  },

  /** How many keys besides `id` can manage the workspace for ever. */
  async otherOwners(tx: Transaction, id: string): Promise<number> {
    const [row] = await tx.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM api_keys WHERE workspace_id = $1 AND id <> $2 AND role = 'owner' AND revoked_at IS NULL
         AND expires_at IS NULL AND tenant_ids IS NULL AND application_id IS NULL AND environment IS NULL
         AND addresses IS NULL`,
      [tx.scope.workspaceId, id],
    );
    return row?.n ?? 0;
  },

  /** Which of these are not the workspace's (or not the scope's). */
  async missingBindings(tx: Transaction, tenantIds: readonly string[], applicationId: string | undefined): Promise<boolean> {
    const [row] = await tx.query<{ tenants: number; applications: number }>(
      `SELECT (SELECT count(*)::int FROM tenants WHERE workspace_id = $1 AND id = ANY ($2::uuid[])) AS tenants,
              (SELECT count(*)::int FROM applications WHERE workspace_id = $1 AND id = $3) AS applications`,
      [tx.scope.workspaceId, tenantIds, applicationId ?? null],
    );
    return row?.tenants !== tenantIds.length || row.applications !== (applicationId === undefined ? 0 : 1);
  },

  async used(tx: Transaction, id: string, at: Date): Promise<void> {
    await tx.query('UPDATE api_keys SET last_used_at = $3 WHERE workspace_id = $1 AND id = $2 AND coalesce(last_used_at < $3, true)', [
      tx.scope.workspaceId,
      id,
      at,
    ]);
  },
};
