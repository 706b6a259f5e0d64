import type { Transaction } from '@registrar/database';

interface PairRow {
  readonly tenantId: string;
  readonly ehrId: string;
}
export interface ConnectedRow extends PairRow {
  readonly connectionId: string | null;
  readonly created: boolean;
}

const MAKE = `
WITH wanted AS (
  SELECT DISTINCT ON (w.tenant_id, w.ehr_id) w.* FROM unnest($2::uuid[], $3::uuid[], $4::uuid[]) AS w (id, tenant_id, ehr_id)
    JOIN tenants t ON t.workspace_id = $1 AND t.id = w.tenant_id
    JOIN ehrs e ON e.workspace_id = $1 AND e.id = w.ehr_id AND (e.tenant_id IS NULL OR e.tenant_id = w.tenant_id)
   WHERE $6::text IS NULL OR e.environment = $6),
made AS (
  INSERT INTO connections (workspace_id, id, tenant_id, ehr_id, created_at, updated_at)
  SELECT $1, id, tenant_id, ehr_id, $5, $5 FROM wanted ORDER BY tenant_id, ehr_id
  ON CONFLICT (workspace_id, tenant_id, ehr_id) DO NOTHING RETURNING id, tenant_id, ehr_id)
SELECT tenant_id AS "tenantId", ehr_id AS "ehrId", id AS "connectionId", true AS created FROM made
UNION ALL
SELECT w.tenant_id, w.ehr_id, c.id, false FROM wanted w
  LEFT JOIN LATERAL (SELECT x.id FROM connections x
    WHERE x.workspace_id = $1 AND x.tenant_id = w.tenant_id AND x.ehr_id = w.ehr_id OFFSET 0) c ON true`;

/**
 * Makes the connections that are missing. Row by row from the pairs on: the planner knows neither how many there are nor
 * how many get made, and a join of the two may cost their product.
 * @returns what was made, then every pair with the connection that it had before, or none.
 */
export function makeConnections(
  tx: Transaction,
  pairs: readonly (PairRow & { readonly id: string })[],
  now: Date,
): Promise<ConnectedRow[]> {
  return tx.query<ConnectedRow>(MAKE, [
    tx.scope.workspaceId,
    pairs.map((pair) => pair.id),
    pairs.map((pair) => pair.tenantId),
    pairs.map((pair) => pair.ehrId),
    now,
    tx.scope.environment ?? null,
  ]);
}

const AT = `
SELECT c.tenant_id AS "tenantId", c.ehr_id AS "ehrId", c.id AS "connectionId", false AS created
  FROM unnest($2::uuid[], $3::uuid[]) AS w (tenant_id, ehr_id)
  JOIN connections c ON c.workspace_id = $1 AND c.tenant_id = w.tenant_id AND c.ehr_id = w.ehr_id`;

export function connectionsAt(tx: Transaction, pairs: readonly PairRow[]): Promise<(ConnectedRow & { readonly connectionId: string })[]> {
  return tx.query(AT, [tx.scope.workspaceId, pairs.map((pair) => pair.tenantId), pairs.map((pair) => pair.ehrId)]);
}
