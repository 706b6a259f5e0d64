import type { Environment, Transaction } from '@registrar/database';
import type { InitialAccessTokenKind, TokenClient } from './initial-access-token.js';

export interface CandidateRow {
  readonly id: string;
  readonly authorization_server_id: string;
  readonly environment: Environment;
  readonly tenant_id: string | null;
  readonly kind: InitialAccessTokenKind;
  readonly client_credentials: TokenClient | null;
  readonly max_uses: number | null;
  readonly used: number;
  readonly pinned_origin: string;
}

const CANDIDATES = `
SELECT id, authorization_server_id, environment, tenant_id, kind, client_credentials, max_uses, used, pinned_origin
  FROM initial_access_tokens
 WHERE workspace_id = $1 AND authorization_server_id = ANY ($2::uuid[]) AND status = 'available'
   AND (expires_at IS NULL OR expires_at > $3) AND (max_uses IS NULL OR used < max_uses)
   AND (tenant_id IS NULL OR tenant_id = ANY ($4::uuid[]))
 ORDER BY tenant_id IS NULL, max_uses IS NOT NULL, expires_at NULLS LAST, id`;

/** The tokens that could serve any of the needs, the preferred ones first. */
export function candidateRows(
  tx: Transaction,
  needs: readonly { readonly authorizationServerId: string; readonly tenantId: string }[],
  now: Date,
): Promise<CandidateRow[]> {
  const servers = [...new Set(needs.map((need) => need.authorizationServerId))];
  const tenants = [...new Set(needs.map((need) => need.tenantId))];
  return tx.query<CandidateRow>(CANDIDATES, [tx.scope.workspaceId, servers, now, tenants]);
}

// Rows are locked in the order of their ids, so that two writers cannot deadlock.
const TAKE = `
WITH wanted AS (
  SELECT t.id, w.uses FROM initial_access_tokens t
    JOIN unnest($2::uuid[], $3::integer[]) AS w (id, uses) ON w.id = t.id
   WHERE t.workspace_id = $1 ORDER BY t.id FOR UPDATE OF t)
UPDATE initial_access_tokens t SET used = t.used + wanted.uses, last_used_at = $4
  FROM wanted WHERE t.workspace_id = $1 AND t.id = wanted.id AND t.status = 'available' AND t.used + wanted.uses <= t.max_uses
RETURNING t.id`;

/** Takes uses of counted tokens. @returns the ids of those that still had as many. */
export async function takeUses(tx: Transaction, uses: ReadonlyMap<string, number>, now: Date): Promise<ReadonlySet<string>> {
  if (uses.size === 0) return new Set();
  const rows = await tx.query<{ id: string }>(TAKE, [tx.scope.workspaceId, [...uses.keys()], [...uses.values()], now]);
  return new Set(rows.map((row) => row.id));
}

// A reusable token's counter only moves here, after the fact: no registration waits for another on its row.
const SETTLE = `
WITH ended AS (
  SELECT w.id, count(*) FILTER (WHERE w.outcome = 'not_sent')::integer AS given_back,
         count(*) FILTER (WHERE w.outcome <> 'not_sent')::integer AS sent,
         bool_or(w.outcome = 'consumed') AS consumed, bool_or(w.outcome = 'refused') AS refused
    FROM unnest($2::uuid[], $3::text[]) AS w (id, outcome) GROUP BY w.id),
locked AS (SELECT t.id FROM initial_access_tokens t JOIN ended ON ended.id = t.id WHERE t.workspace_id = $1 ORDER BY t.id FOR UPDATE OF t)
UPDATE initial_access_tokens t SET
       used = CASE WHEN t.max_uses IS NULL THEN t.used + ended.sent ELSE greatest(0, t.used - ended.given_back) END,
       last_used_at = CASE WHEN ended.sent > 0 THEN $4 ELSE t.last_used_at END,
       status = CASE WHEN t.status <> 'available' THEN t.status
                     WHEN ended.refused THEN 'refused'
                     WHEN ended.consumed THEN 'consumed'
                     ELSE t.status END
  FROM ended JOIN locked ON locked.id = ended.id WHERE t.workspace_id = $1 AND t.id = ended.id`;

export async function settleRows(
  tx: Transaction,
  uses: readonly { readonly id: string; readonly outcome: string }[],
  now: Date,
): Promise<void> {
  await tx.query(SETTLE, [tx.scope.workspaceId, uses.map((use) => use.id), uses.map((use) => use.outcome), now]);
}
