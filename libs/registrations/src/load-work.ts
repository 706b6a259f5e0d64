import type { Database, UnitOfWork } from '@registrar/database';
import { STATEMENT_ORDER } from '@registrar/statements';
import { workFrom, type WorkRow } from './work-row.js';
import type { Work } from './work.js';

/** One claimed work item, as the routing table knows it. */
export interface ClaimedItem {
  readonly id: string;
  readonly workspaceId: string;
  readonly operationId: string;
  readonly fence: number;
  /** Time in ms between its requests, at a server that takes fewer in a second than it may send. */
  readonly paceMs?: number;
  /** Whether the gate of its server's token endpoint let it through, not that of registration. */
  readonly paidAtToken?: boolean;
}

/**
 * One row of a table by its key, for each row so far. `OFFSET 0` keeps the planner from turning the joins round: it would
 * begin with all registrations of the workspace whenever its statistics are older than the batch that is under way.
 */
const one = (kind: 'CROSS' | 'LEFT', name: string, select: string, table: string, where: string) =>
  `${kind} JOIN LATERAL (SELECT ${select} FROM ${table} x WHERE x.workspace_id = $5 AND ${where} OFFSET 0) ${name}${kind === 'LEFT' ? ' ON true' : ''}`;

const credential = (name: string, stage: string, which = '', first = '') => `
  LEFT JOIN LATERAL (
    SELECT to_json(x) AS row, s.key_id, s.sealed FROM credentials x
      LEFT JOIN LATERAL (SELECT y.key_id, y.sealed FROM secrets y
        WHERE y.workspace_id = $5 AND y.subject_id = x.id AND y.kind = x.kind AND y.version = x.version OFFSET 0) s ON true
     WHERE x.workspace_id = $5 AND x.registration_id = r.id AND x.stage = ${stage}${which} ORDER BY ${first}coalesce(x.promoted_at, x.created_at) DESC, x.version DESC LIMIT 1) ${name} ON true`;

const PHASE = `o.row->'input'->>'phase'`;

/** A roll-back that has gone back: what is left of it is the successor's client, whose credential is retired by then. */
const GONE_BACK = `(${PHASE} = 'roll_back' AND (o.row->'steps')::jsonb @> '[{"name": "roll_back", "status": "done"}]')`;

/** Of several overlaps that are open an operation may end one: that credential and no other is the previous one to it. */
const NAMED = ` AND (o.row->'input'->'credential_id' IS NULL OR x.id = (o.row->'input'->>'credential_id')::uuid)
       AND CASE WHEN ${GONE_BACK} THEN x.client_id = r.previous_client_id ELSE true END`;

/** Who deregisters ends the client that was replaced, too, and needs the credential of that one. */
const OF_REPLACED = `(o.row->>'kind' = 'deregister' AND x.client_id IS NOT DISTINCT FROM r.previous_client_id) DESC, `;

/** The client of the credential that an overlap ends with, or that is gone back to; to any other operation the one that was replaced last. */
const PREVIOUS_CLIENT = `CASE WHEN ${GONE_BACK} THEN r.previous_client_id WHEN ${PHASE} IN ('retire', 'roll_back') THEN nullif((b.row->>'client_id')::uuid, r.client_id)
         ELSE r.previous_client_id END`;

const client = (name: string, which: string) => `
  LEFT JOIN LATERAL (
    SELECT to_json(x) AS row, s.key_id, s.sealed FROM clients x
      LEFT JOIN LATERAL (SELECT y.key_id, y.sealed FROM secrets y
        WHERE y.workspace_id = $5 AND y.subject_id = x.id AND y.kind = 'registration_access_token'
          AND y.version = x.registration_access_token_version OFFSET 0) s ON true
     WHERE x.workspace_id = $5 AND x.id = ${which} OFFSET 0) ${name} ON true`;

// Only what is read of the wide rows: an EHR's discovery and an attempt's answer are large, and lie outside their rows.
const members = (...names: string[]) => `json_build_object(${names.map((name) => `'${name}', x.${name}`).join(', ')})`;
const EHR = members('id', 'status', 'vendor', 'fhir_base_url', 'client_scope', 'suspended_at', 'transport_version');
const TENANT = `json_build_object('id', x.id, 'name', x.name, 'stopped', x.suspended_at IS NOT NULL OR x.status <> 'active')`;
const ATTEMPT = members(
  'id',
  'kind',
  'status',
  'finished_at',
  'fence',
  'url',
  'metadata',
  'outcome',
  'marker',
  'marker_member',
  'metadata_digest',
  'initial_access_token_id',
  'software_statement_id',
);

/** An update may bring the client to another revision than the one that it has. */
const WANTED_REVISION = `coalesce((o.row->'input'->>'revision')::integer, r.revision)`;

const OPENID = `CASE WHEN x.discovery IS NOT NULL THEN x.discovery->'documents' @> '[{"kind": "openid-configuration", "found": true}]' END`;

// The token: one that is in doubt comes last ('suspect' sorts behind 'available'), and of a pool operations that run at once try different ones.
const LOAD = `
SELECT i.id AS item_id, i.fence, o.row AS operation, r.row AS registration, t.row AS tenant, e.row AS ehr, e.openid, v.row AS server,
       a.row AS application, n.row AS revision, m.client_metadata AS override, c.row AS client, c.key_id AS client_key_id, c.sealed AS client_sealed,
       cp.row AS pending_client, cp.key_id AS pending_client_key_id, cp.sealed AS pending_client_sealed,
       cb.row AS previous_client, cb.key_id AS previous_client_key_id, cb.sealed AS previous_client_sealed,
       p.row AS pending, p.key_id AS pending_key_id, p.sealed AS pending_sealed, k.row AS "current", k.key_id AS current_key_id, k.sealed AS current_sealed,
       b.row AS previous, b.key_id AS previous_key_id, b.sealed AS previous_sealed,
       attempt.row AS attempt, attempt.answer_key_id, attempt.answer, token.row AS token, token.usable AS token_usable, token.key_id AS token_key_id, token.sealed AS token_sealed,
       statement.row AS statement, statement.key_id AS statement_key_id, statement.sealed AS statement_sealed,
       coalesce(last.version, 0) AS last_version
  FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS i (id, operation_id, fence)
  ${one('CROSS', 'o', 'to_json(x) AS row, x.id, x.registration_id', 'operations', 'x.id = i.operation_id')}
  ${one('CROSS', 'r', 'to_json(x) AS row, x.*', 'registrations', 'x.id = o.registration_id')}
  ${one('CROSS', 't', `${TENANT} AS row`, 'tenants', 'x.id = r.tenant_id')}
  ${one('CROSS', 'e', `${EHR} AS row, ${OPENID} AS openid, x.authorization_server_id`, 'ehrs', 'x.id = r.ehr_id')}
  ${one('LEFT', 'v', 'to_json(x) AS row, x.id', 'authorization_servers', 'x.id = e.authorization_server_id')}
  ${one('CROSS', 'a', `${members('name', 'kind', 'suspended_at')} AS row`, 'applications', 'x.id = r.application_id')}
  ${one('CROSS', 'n', 'to_json(x) AS row', 'application_revisions', `x.application_id = r.application_id AND x.number = ${WANTED_REVISION}`)}
  ${one('LEFT', 'm', 'x.client_metadata', 'application_overrides', 'x.application_id = r.application_id AND x.ehr_id = r.ehr_id')}
  ${client('c', 'r.client_id')}
  ${credential('p', `'pending'`)}
  ${credential('k', `'current'`)}
  ${credential('b', `CASE WHEN ${GONE_BACK} THEN 'retired' ELSE 'previous' END`, NAMED, OF_REPLACED)}
  ${client('cp', `(p.row->>'client_id')::uuid AND x.id IS DISTINCT FROM r.client_id`)}
  ${client('cb', PREVIOUS_CLIENT)}
  LEFT JOIN LATERAL (SELECT max(x.version) AS version FROM credentials x WHERE x.workspace_id = $5 AND x.registration_id = r.id) last ON true
  LEFT JOIN LATERAL (
    SELECT ${ATTEMPT} AS row, x.answer_key_id, x.answer FROM attempts x
     WHERE x.workspace_id = $5 AND x.operation_id = o.id ORDER BY x.started_at DESC, x.id DESC LIMIT 1) attempt ON true
  LEFT JOIN LATERAL (
    SELECT to_jsonb(y) - 'usable' AS row, y.usable::integer AS usable, s.key_id, s.sealed FROM (
      SELECT x.*, count(*) OVER () AS usable FROM initial_access_tokens x
       WHERE x.workspace_id = $5 AND x.authorization_server_id = v.id AND x.status IN ('available', 'suspect') AND x.environment = r.environment
         AND (x.tenant_id IS NULL OR x.tenant_id = r.tenant_id) AND (x.expires_at IS NULL OR x.expiry_hinted OR x.expires_at > $4)
         AND (x.max_uses IS NULL OR x.used < x.max_uses)
       ORDER BY x.tenant_id NULLS LAST, x.status, CASE WHEN x.max_uses = 1 THEN NULL ELSE x.expires_at END NULLS LAST,
                hashtext(x.id::text || o.id::text) LIMIT 1) y
      CROSS JOIN LATERAL (SELECT x.key_id, x.sealed FROM secrets x
        WHERE x.workspace_id = $5 AND x.subject_id = y.id AND x.kind = 'initial_access_token' OFFSET 0) s) token ON true
  LEFT JOIN LATERAL (
    SELECT to_json(y) AS row, s.key_id, s.sealed FROM (
      SELECT x.id, x.origin, x.claims, x.pinned_origin, x.tenant_id FROM software_statements x
       WHERE x.workspace_id = $5 AND x.authorization_server_id = v.id AND x.application_id = r.application_id AND x.status = 'available'
         AND x.environment = r.environment AND (x.tenant_id IS NULL OR x.tenant_id = r.tenant_id) AND (x.expires_at IS NULL OR x.expires_at > $4)
       ORDER BY ${STATEMENT_ORDER} LIMIT 1) y
      CROSS JOIN LATERAL (SELECT x.key_id, x.sealed FROM secrets x
        WHERE x.workspace_id = $5 AND x.subject_id = y.id AND x.kind = 'software_statement' OFFSET 0) s) statement ON true`;

/** Reads everything that the next step of each claimed operation of one workspace needs, in one query. */
export async function loadWork(database: Database, scope: UnitOfWork, items: readonly ClaimedItem[], now: Date): Promise<Work[]> {
  const rows = await database.transaction(scope, (tx) =>
    tx.prepared<WorkRow>(LOAD, [
      items.map((item) => item.id),
      items.map((item) => item.operationId),
      items.map((item) => item.fence),
      now,
      scope.workspaceId,
    ]),
  );
  return rows.map((row) => workFrom(row, scope));
}
