import type { Database, Transaction } from '@registrar/database';
import type { KekVersion } from './kek.js';

export interface KekUse extends KekVersion {
  /** Absent for the platform's own keys. */
  readonly workspaceId?: string;
}

/** In the transaction that writes a wrapped key: from its commit on the version counts as used. The row stays locked until then. */
export async function recordUse(tx: Transaction, { id, version }: KekVersion): Promise<void> {
  await tx.query(
    `INSERT INTO keyring.kek_uses (kek_id, kek_version, workspace_id) VALUES ($1, $2, $3)
     ON CONFLICT (kek_id, kek_version, workspace_id) DO UPDATE SET kek_id = EXCLUDED.kek_id`,
    [id, version, tx.scope.workspaceId],
  );
}

/**
 * Takes a version off a workspace's list where no key of it is wrapped by that version any more. The row is locked first, by
 * a statement of its own: a key that is written at the same moment is seen by the second.
 */
export async function forgetUse(tx: Transaction, { id, version }: KekVersion): Promise<void> {
  const of = [id, version, tx.scope.workspaceId];
  await tx.query(`SELECT 1 FROM keyring.kek_uses WHERE kek_id = $1 AND kek_version = $2 AND workspace_id = $3 FOR UPDATE`, of);
  await tx.query(
    `DELETE FROM keyring.kek_uses WHERE kek_id = $1 AND kek_version = $2 AND workspace_id = $3
        AND NOT EXISTS (SELECT 1 FROM keyring.data_keys k WHERE k.kek_id = $1 AND k.kek_version = $2 AND k.wrapped IS NOT NULL)`,
    of,
  );
}

/** Every version that something is wrapped by, of all workspaces. */
export async function kekUses(database: Database): Promise<KekUse[]> {
  const rows = await database.routing<{ kek_id: string; kek_version: number; workspace_id: string | null }>(
    `SELECT kek_id, kek_version, workspace_id FROM keyring.kek_uses
     UNION ALL SELECT DISTINCT kek_id, kek_version, NULL::uuid FROM keyring.platform_keys ORDER BY 1, 2, 3`,
  );
  return rows.map((row) => ({
    id: row.kek_id,
    version: row.kek_version,
    ...(row.workspace_id === null ? {} : { workspaceId: row.workspace_id }),
  }));
}
