import type { PageRequest, Transaction } from '@registrar/database';
import type { Session } from './session.js';
import { SessionEntity, type SessionRow } from './session.entity.js';

/** For how long it can still be seen that there was a session. */
const KEPT_MS = 30 * 86_400_000;

interface ShownRow {
  readonly id: string;
  readonly type: 'api_key' | 'person';
  readonly owner_id: string;
  readonly name: string;
  readonly user_agent: string;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly last_used_at: Date;
  readonly revoked_at: Date | null;
}

const SHOWN = `
SELECT s.id, CASE WHEN s.person_id IS NULL THEN 'api_key' ELSE 'person' END AS type, coalesce(s.person_id, s.api_key_id) AS owner_id,
       coalesce(p.name, k.name) AS name, s.user_agent, s.created_at, s.expires_at, s.last_used_at, s.revoked_at
  FROM sessions s LEFT JOIN people p ON p.workspace_id = s.workspace_id AND p.id = s.person_id
  LEFT JOIN api_keys k ON k.workspace_id = s.workspace_id AND k.id = s.api_key_id
 WHERE s.workspace_id = $1 AND ($2::uuid IS NULL OR coalesce(s.person_id, s.api_key_id) = $2)`;

/** The sessions within the scope of the open transaction, and the routing rows that find them by their digest. */
export const sessionRows = {
  find: (tx: Transaction, id: string): Promise<SessionRow | null> =>
    tx.repository(SessionEntity).findOneBy({ workspaceId: tx.scope.workspaceId, id }),

  /** @param ownerId Those of this key or person alone. */
  async page(tx: Transaction, ownerId: string | undefined, { limit, after }: PageRequest): Promise<Session[]> {
    const rows = await tx.query<ShownRow>(`${SHOWN} AND ($3::uuid IS NULL OR s.id < $3) ORDER BY s.id DESC LIMIT $4`, [
      tx.scope.workspaceId,
      ownerId ?? null,
      after ?? null,
      limit + 1,
    ]);
    return rows.map(present);
  },

  async shown(tx: Transaction, ownerId: string | undefined, id: string): Promise<Session | undefined> {
    const [row] = await tx.query<ShownRow>(`${SHOWN} AND s.id = $3`, [tx.scope.workspaceId, ownerId ?? null, id]);
    return row && present(row);
  },

  async insert(tx: Transaction, row: SessionRow, digest: Uint8Array): Promise<void> {
    await tx.repository(SessionEntity).insert(row);
    await tx.query('INSERT INTO session_index (digest, workspace_id, session_id, expires_at) VALUES ($1, $2, $3, $4)', [
      digest,
      row.workspaceId,
      row.id,
      row.expiresAt,
    ]);
  },

  async revoke(tx: Transaction, id: string, at: Date): Promise<void> {
    await tx.repository(SessionEntity).update({ workspaceId: tx.scope.workspaceId, id }, { revokedAt: at });
    await tx.query('UPDATE session_index SET revoked_at = $2 WHERE session_id = $1', [id, at]);
  },

  async used(tx: Transaction, id: string, at: Date): Promise<void> {
    await tx.query('UPDATE sessions SET last_used_at = greatest(last_used_at, $3) WHERE workspace_id = $1 AND id = $2', [
      tx.scope.workspaceId,
      id,
      at,
    ]);
  },

  /** Removes what ended a month ago. */
  async sweep(tx: Transaction, now: Date): Promise<void> {
    const before = new Date(now.getTime() - KEPT_MS);
    await tx.query('DELETE FROM session_index WHERE workspace_id = $1 AND expires_at < $2', [tx.scope.workspaceId, before]);
    await tx.query('DELETE FROM sessions WHERE workspace_id = $1 AND expires_at < $2', [tx.scope.workspaceId, before]);
  },
};

function present(row: ShownRow): Session {
  return {
    id: row.id,
    owner: { type: row.type, id: row.owner_id, name: row.name },
    userAgent: row.user_agent,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    ...(row.revoked_at ? { revokedAt: row.revoked_at } : {}),
  };
}
