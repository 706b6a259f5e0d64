import type { Environment, Transaction } from '@registrar/database';
import type { InitialAccessTokenStatus } from './initial-access-token.js';

/** A token in hand, locked. */
export interface PooledToken {
  readonly id: string;
  status: InitialAccessTokenStatus;
  readonly maxUses: number | null;
  used: number;
  readonly expired: boolean;
}

/** A pool of which a fifth or less is left; `id` is its newest token. */
export interface LowPool {
  readonly id: string;
  readonly tenantId: string | null;
  readonly ehrId: string;
  readonly authorizationServerId: string;
  readonly environment: Environment;
  readonly remaining: number;
}

// A pool: the tokens of one server and environment that are for the same hospital, or for all. It is measured against
// what was added since its last alarm, so tokens that were used up long ago do not count.
const MARK_LOW = `
WITH touched AS (
  SELECT DISTINCT authorization_server_id, environment, tenant_id FROM initial_access_tokens WHERE workspace_id = $1 AND id = ANY ($2::uuid[])),
pool AS (
  SELECT t.authorization_server_id, t.environment, t.tenant_id, sum(t.max_uses) FILTER (WHERE t.low_at IS NULL) AS total,
         coalesce(sum(t.max_uses - t.used) FILTER (WHERE u.usable), 0) AS remaining, coalesce(bool_or(u.usable AND t.max_uses IS NULL), false) AS endless
    FROM initial_access_tokens t JOIN touched p ON p.authorization_server_id = t.authorization_server_id AND p.environment = t.environment
         AND p.tenant_id IS NOT DISTINCT FROM t.tenant_id
    CROSS JOIN LATERAL (SELECT t.status IN ('available', 'suspect') AND (t.expires_at IS NULL OR t.expiry_hinted OR t.expires_at > $3) AS usable) u
   WHERE t.workspace_id = $1 AND t.status <> 'deleted' GROUP BY 1, 2, 3),
marked AS (
  UPDATE initial_access_tokens t SET low_at = $3 FROM pool p
   WHERE NOT p.endless AND p.remaining * 5 <= p.total AND t.workspace_id = $1 AND t.authorization_server_id = p.authorization_server_id
     AND t.environment = p.environment AND t.tenant_id IS NOT DISTINCT FROM p.tenant_id AND t.low_at IS NULL AND t.status <> 'deleted'
  RETURNING t.id, t.tenant_id, t.ehr_id, t.authorization_server_id, t.environment, p.remaining::integer AS remaining)
SELECT DISTINCT ON (authorization_server_id, environment, tenant_id) id, tenant_id AS "tenantId", ehr_id AS "ehrId",
       authorization_server_id AS "authorizationServerId", environment, remaining
  FROM marked ORDER BY authorization_server_id, environment, tenant_id, id DESC`;

export const poolRows = {
  lock: (tx: Transaction, ids: readonly string[], now: Date): Promise<PooledToken[]> =>
    tx.prepared<PooledToken>(
      `SELECT id, status, max_uses AS "maxUses", used, coalesce(expires_at <= $2 AND NOT expiry_hinted, false) AS expired
         FROM initial_access_tokens WHERE workspace_id = $3 AND id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE`,
      [ids, now, tx.scope.workspaceId],
    ),

  async write(tx: Transaction, rows: readonly PooledToken[], now: Date): Promise<void> {
    await tx.prepared(
      `UPDATE initial_access_tokens t SET used = i.used, status = i.status, last_used_at = $4
         FROM unnest($1::uuid[], $2::integer[], $3::text[]) AS i (id, used, status) WHERE t.workspace_id = $5 AND t.id = i.id`,
      [rows.map((row) => row.id), rows.map((row) => row.used), rows.map((row) => row.status), now, tx.scope.workspaceId],
    );
  },

  /** Marks the pools of these tokens that have run low, each once. */
  markLow: (tx: Transaction, ids: readonly string[], now: Date): Promise<LowPool[]> =>
    tx.prepared<LowPool>(MARK_LOW, [tx.scope.workspaceId, ids, now]),
};
