import type { Database, UnitOfWork } from '@registrar/database';
import { workFrom, type WorkRow } from './work-row.js';
import type { Work } from './work.js';

/** One claimed work item, as the routing table knows it. */
export interface ClaimedItem {
  readonly id: string;
  readonly workspaceId: string;
  readonly operationId: string;
  readonly fence: number;
}

const CREDENTIAL = (stage: string) => `
  LEFT JOIN LATERAL (
    SELECT to_jsonb(k) AS row, s.key_id, s.sealed FROM credentials k
      LEFT JOIN secrets s ON s.workspace_id = k.workspace_id AND s.subject_id = k.id AND s.kind = k.kind AND s.version = k.version
     WHERE k.workspace_id = r.workspace_id AND k.registration_id = r.id AND k.stage = '${stage}') ${stage} ON true`;

const LOAD = `
SELECT i.id AS item_id, i.fence, to_jsonb(o) AS operation, to_jsonb(r) AS registration, jsonb_build_object('id', t.id, 'name', t.name) AS tenant,
       to_jsonb(e) - 'discovery' AS ehr,
       CASE WHEN e.discovery IS NOT NULL THEN e.discovery->'documents' @> '[{"kind": "openid-configuration", "found": true}]' END AS openid, to_jsonb(v) AS server, to_jsonb(a) AS application, to_jsonb(n) AS revision, m.client_metadata AS override,
       to_jsonb(c) AS client, pending.row AS pending, pending.key_id AS pending_key_id, pending.sealed AS pending_sealed,
       "current".row AS "current", "current".key_id AS current_key_id, "current".sealed AS current_sealed,
       attempt.row AS attempt, attempt.answer_key_id, attempt.answer, token.row AS token, token.key_id AS token_key_id, token.sealed AS token_sealed,
       coalesce((SELECT max(k.version) FROM credentials k WHERE k.workspace_id = r.workspace_id AND k.registration_id = r.id), 0) AS last_version
  FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS i (id, operation_id, fence)
  JOIN operations o ON o.id = i.operation_id
  JOIN registrations r ON r.workspace_id = o.workspace_id AND r.id = o.registration_id
  JOIN tenants t ON t.workspace_id = r.workspace_id AND t.id = r.tenant_id
  JOIN ehrs e ON e.workspace_id = r.workspace_id AND e.id = r.ehr_id
  LEFT JOIN authorization_servers v ON v.workspace_id = e.workspace_id AND v.id = e.authorization_server_id
  JOIN applications a ON a.workspace_id = r.workspace_id AND a.id = r.application_id
  JOIN application_revisions n ON n.workspace_id = r.workspace_id AND n.application_id = r.application_id AND n.number = r.revision
  LEFT JOIN application_overrides m ON m.workspace_id = r.workspace_id AND m.application_id = r.application_id AND m.ehr_id = r.ehr_id
  LEFT JOIN clients c ON c.workspace_id = r.workspace_id AND c.id = r.client_id
  ${CREDENTIAL('pending')}
  ${CREDENTIAL('"current"').replace(`k.stage = '"current"'`, `k.stage = 'current'`)}
  LEFT JOIN LATERAL (
    SELECT to_jsonb(x) - 'answer' AS row, x.answer_key_id, x.answer FROM attempts x
     WHERE x.workspace_id = r.workspace_id AND x.operation_id = o.id ORDER BY x.started_at DESC, x.id DESC LIMIT 1) attempt ON true
  LEFT JOIN LATERAL (
    SELECT to_jsonb(y) AS row, s.key_id, s.sealed FROM initial_access_tokens y
      JOIN secrets s ON s.workspace_id = y.workspace_id AND s.subject_id = y.id AND s.kind = 'initial_access_token'
     WHERE y.workspace_id = v.workspace_id AND y.authorization_server_id = v.id AND y.status = 'available' AND y.environment = r.environment
       AND (y.tenant_id IS NULL OR y.tenant_id = r.tenant_id) AND (y.expires_at IS NULL OR y.expires_at > $4)
       AND (y.max_uses IS NULL OR y.used < y.max_uses)
     ORDER BY y.tenant_id NULLS LAST, y.expires_at NULLS LAST, y.created_at LIMIT 1) token ON true`;

/** Reads everything that the next step of each claimed operation of one workspace needs, in one query. */
export async function loadWork(database: Database, scope: UnitOfWork, items: readonly ClaimedItem[], now: Date): Promise<Work[]> {
  const rows = await database.transaction(scope, (tx) =>
    tx.query<WorkRow>(LOAD, [items.map((item) => item.id), items.map((item) => item.operationId), items.map((item) => item.fence), now]),
  );
  return rows.map((row) => workFrom(row, scope));
}
