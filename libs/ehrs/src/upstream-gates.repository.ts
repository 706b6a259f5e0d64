import type { Transaction } from '@registrar/database';

const MAKE = `
INSERT INTO upstream_gates (authorization_server_id, budget, workspace_id)
SELECT $2, b.budget, $1 FROM (VALUES ('registration'), ('token')) AS b (budget)
ON CONFLICT (authorization_server_id, budget) DO NOTHING`;

// The lowest figure that any EHR of the server asks for holds; where none does, the defaults (reliability.md section 6).
// A server that one hospital has to itself may give it the whole; a shared one gives no hospital more than half.
const LIMIT = `
WITH asked AS (
  SELECT coalesce(min((limits->>'maxInFlight')::integer), 4) AS in_flight, coalesce(min((limits->>'perSecond')::real), 5) AS per_second,
         bool_or(limits ? 'maxInFlight') AND count(DISTINCT tenant_id) = 1 AND bool_and(tenant_id IS NOT NULL) AS alone
    FROM ehrs WHERE workspace_id = $1 AND authorization_server_id = $2)
UPDATE upstream_gates SET max_in_flight = in_flight, per_second = asked.per_second,
       max_in_flight_per_tenant = CASE WHEN alone THEN in_flight ELSE greatest(1, (in_flight + 1) / 2) END,
       tokens = CASE WHEN upstream_gates.per_second = asked.per_second THEN tokens ELSE greatest(1, asked.per_second) END
  FROM asked WHERE authorization_server_id = $2
   AND (max_in_flight, upstream_gates.per_second, max_in_flight_per_tenant) IS DISTINCT FROM
       (in_flight, asked.per_second, CASE WHEN alone THEN in_flight ELSE greatest(1, (in_flight + 1) / 2) END)`;

/** Makes the two gates of an authorization server where they are missing: registration traffic and tokens have budgets of their own. */
export async function makeGates(tx: Transaction, authorizationServerId: string): Promise<void> {
  await tx.query(MAKE, [tx.scope.workspaceId, authorizationServerId]);
}

/** Sets both gates to what the EHRs of the server ask for. Call after EHRs came, went or changed their limits. */
export async function limitGates(tx: Transaction, authorizationServerId: string): Promise<void> {
  await tx.query(LIMIT, [tx.scope.workspaceId, authorizationServerId]);
}
