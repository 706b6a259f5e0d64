import { insertRows, type Transaction } from '@registrar/database';
import type { Batch, BatchItem, BatchWanted, LeftOut } from './batch.js';
import type { GatePace } from './batch-duration.js';

/** A pair that was asked for, as it stands. */
export interface Candidate {
  readonly tenantId: string;
  readonly ehrId: string;
  readonly connectionId: string | null;
  /** The EHR is another hospital's. */
  readonly foreign: boolean;
}

const PAIRS = `
SELECT t.id AS "tenantId", e.id AS "ehrId", c.id AS "connectionId", coalesce(e.tenant_id <> t.id, false) AS foreign
  FROM tenants t CROSS JOIN ehrs e
  LEFT JOIN connections c ON c.workspace_id = t.workspace_id AND c.tenant_id = t.id AND c.ehr_id = e.id
 WHERE t.id = ANY ($1::uuid[]) AND e.id = ANY ($2::uuid[]) ORDER BY t.id, e.id LIMIT $3`;
const CONNECTIONS = `
SELECT tenant_id AS "tenantId", ehr_id AS "ehrId", id AS "connectionId", false AS foreign FROM connections
 WHERE id = ANY ($1::uuid[]) ORDER BY tenant_id, ehr_id LIMIT $2`;

export function pairCandidates(tx: Transaction, wanted: BatchWanted, limit: number): Promise<Candidate[]> {
  return 'connectionIds' in wanted
    ? tx.query<Candidate>(CONNECTIONS, [wanted.connectionIds, limit])
    : tx.query<Candidate>(PAIRS, [wanted.tenantIds, wanted.ehrIds, limit]);
}

/** Which of the ids are a hospital, an EHR or a connection of the caller. */
export async function knownIds(tx: Transaction, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ id: string }>(
    `SELECT id FROM tenants WHERE id = ANY ($1::uuid[]) UNION ALL SELECT id FROM ehrs WHERE id = ANY ($1::uuid[])
     UNION ALL SELECT id FROM connections WHERE id = ANY ($1::uuid[])`,
    [ids],
  );
  return new Set(rows.map((row) => row.id));
}

const PACES = `
SELECT g.authorization_server_id AS id, g.per_second AS "perSecond", g.max_in_flight AS "maxInFlight", g.max_in_flight_per_tenant AS "maxInFlightPerTenant",
       (SELECT count(*)::integer FROM work_items w WHERE w.authorization_server_id = g.authorization_server_id AND w.budget = g.budget) AS queued,
       greatest(0, coalesce(extract(epoch FROM g.open_until - clock_timestamp()), 0) * 1000)::float8 AS "shutForMs"
  FROM upstream_gates g WHERE g.workspace_id = $1 AND g.budget = 'registration' AND g.authorization_server_id = ANY ($2::uuid[])`;

export async function gatePaces(tx: Transaction, servers: readonly string[]): Promise<ReadonlyMap<string, GatePace>> {
  if (servers.length === 0) return new Map();
  const rows = await tx.query<GatePace & { id: string }>(PACES, [tx.scope.workspaceId, servers]);
  return new Map(rows.map((row) => [row.id, row]));
}

const ITEMS = {
  workspace_id: 'uuid',
  batch_id: 'uuid',
  registration_id: 'uuid',
  tenant_id: 'uuid',
  outcome: 'text',
  operation_id: 'uuid',
} as const;

export interface NewBatchItem {
  readonly registrationId: string;
  readonly tenantId: string;
  readonly outcome: 'created' | 'existing';
  readonly operationId?: string;
}

export async function insertBatch(
  tx: Transaction,
  batch: { readonly id: string; readonly wanted: BatchWanted; readonly planHash: string; readonly leftOut: readonly LeftOut[] },
  items: readonly NewBatchItem[],
  now: Date,
): Promise<void> {
  const { workspaceId } = tx.scope;
  await tx.query(
    `INSERT INTO batches (workspace_id, id, application_id, request, plan_hash, left_out, created_at) VALUES ($1, $2, $3, $4::jsonb, $5, $6::jsonb, $7)`,
    [workspaceId, batch.id, batch.wanted.applicationId, JSON.stringify(batch.wanted), batch.planHash, JSON.stringify(batch.leftOut), now],
  );
  const rows = items.map((item) => ({
    workspace_id: workspaceId,
    batch_id: batch.id,
    registration_id: item.registrationId,
    tenant_id: item.tenantId,
    outcome: item.outcome,
    operation_id: item.operationId,
  }));
  await insertRows(tx, 'batch_items', ITEMS, rows);
}

// Row by row from the items on: right after the insert there are no statistics, and the planner would turn the joins round.
const one = (kind: 'CROSS' | 'LEFT', name: string, select: string, table: string, where: string) =>
  `${kind} JOIN LATERAL (SELECT ${select} FROM ${table} x WHERE x.workspace_id = i.workspace_id AND ${where} OFFSET 0) ${name}${kind === 'LEFT' ? ' ON true' : ''}`;

const BATCH = `
SELECT b.id, b.application_id AS "applicationId", b.plan_hash AS "planHash", b.left_out AS "leftOut", b.created_at AS "createdAt",
       coalesce((SELECT jsonb_agg(jsonb_build_object('registrationId', r.id, 'tenantId', r.tenant_id, 'tenantName', t.name, 'ehrId', r.ehr_id,
         'ehrName', e.name, 'vendor', e.vendor, 'outcome', i.outcome, 'status', r.status, 'action', r.action, 'strategy', r.strategy, 'proof', r.proof,
         'clientId', c.client_id, 'waiting', o.waiting,
         'problem', CASE WHEN r.problem IS NOT NULL THEN jsonb_build_object('code', r.problem->'code', 'title', r.problem->'title') END) ORDER BY t.name, e.name, r.id)
         FROM batch_items i
         ${one('CROSS', 'r', 'x.*', 'registrations', 'x.id = i.registration_id')}
         ${one('CROSS', 't', 'x.name', 'tenants', 'x.id = r.tenant_id')}
         ${one('CROSS', 'e', 'x.name, x.vendor', 'ehrs', 'x.id = r.ehr_id')}
         ${one('LEFT', 'c', 'x.client_id', 'clients', 'x.id = r.client_id')}
         ${one('LEFT', 'o', 'x.waiting', 'operations', `x.registration_id = r.id AND x.status = 'waiting'`)}
        WHERE i.workspace_id = b.workspace_id AND i.batch_id = b.id AND ($3::text IS NULL OR r.environment = $3)), '[]') AS items
  FROM batches b WHERE b.id = $1 AND ($2::uuid IS NULL OR b.application_id = $2)`;

/** The batch with all its items, by one query. What a caller bound to hospitals may not see is not in it; where nothing is left, there is no batch. */
export async function findBatch(tx: Transaction, id: string): Promise<Batch | undefined> {
  const { applicationId, environment, tenantIds } = tx.scope;
  const [row] = await tx.query<Omit<Batch, 'items'> & { items: BatchItem[] }>(BATCH, [id, applicationId ?? null, environment ?? null]);
  if (!row) return undefined;
  const leftOut = tenantIds ? row.leftOut.filter((pair) => tenantIds.includes(pair.tenantId)) : row.leftOut;
  return tenantIds && row.items.length === 0 && leftOut.length === 0 ? undefined : { ...row, leftOut };
}

/** A registration of a batch that failed in a way that another try can mend. */
export interface FailedItem {
  readonly id: string;
  readonly tenantId: string;
  readonly authorizationServerId: string | null;
  /** It has a client: only its credential has to be proven again. */
  readonly hasClient: boolean;
}

// What is unknown is never among them: it may have made a client, and only a person may say that it did not.
const FAILED = `
SELECT r.id, r.tenant_id AS "tenantId", e.authorization_server_id AS "authorizationServerId", r.client_id IS NOT NULL AS "hasClient"
  FROM batch_items i JOIN registrations r ON r.workspace_id = i.workspace_id AND r.id = i.registration_id
  JOIN ehrs e ON e.workspace_id = r.workspace_id AND e.id = r.ehr_id
 WHERE i.batch_id = $1 AND ($2::text IS NULL OR r.environment = $2)
   AND (r.status IN ('rejected', 'credential_failed') OR (r.status = 'action_required' AND r.action IN ('fix_credential', 'wait_for_ehr_activation')))
   AND NOT EXISTS (SELECT 1 FROM operations o WHERE o.workspace_id = r.workspace_id AND o.registration_id = r.id AND o.status IN ('queued', 'running', 'waiting'))
 ORDER BY r.id FOR UPDATE OF r`;

export function lockFailedItems(tx: Transaction, batchId: string): Promise<FailedItem[]> {
  return tx.query<FailedItem>(FAILED, [batchId, tx.scope.environment ?? null]);
}

const AGAIN = `
UPDATE registrations r SET status = CASE WHEN r.client_id IS NULL THEN 'pending' ELSE 'verifying' END, action = NULL, problem = NULL,
       revision = CASE WHEN r.client_id IS NULL THEN a.current_revision ELSE r.revision END, version = r.version + 1, updated_at = $2
  FROM applications a WHERE r.id = ANY ($1::uuid[]) AND a.workspace_id = r.workspace_id AND a.id = r.application_id`;

/** What has no client is registered anew, with the application's newest revision; what has one is verified. */
export async function moveFailedItems(tx: Transaction, ids: readonly string[], now: Date): Promise<void> {
  await tx.query(AGAIN, [ids, now]);
}

export async function pointItemsAt(tx: Transaction, batchId: string, items: readonly { id: string; operationId: string }[]): Promise<void> {
  await tx.query(
    `UPDATE batch_items b SET operation_id = i.operation_id FROM unnest($2::uuid[], $3::uuid[]) AS i (id, operation_id)
      WHERE b.batch_id = $1 AND b.registration_id = i.id`,
    [batchId, items.map((item) => item.id), items.map((item) => item.operationId)],
  );
}
