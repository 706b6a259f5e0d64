import type { Transaction } from '@registrar/database';
import type { Orphan, OrphanFilter } from './orphan.js';

const SENT = `
  SELECT a.marker, a.marker_member AS "markerMember", a.started_at AS "sentAt", a.deadline_at AS "sentUntil", a.local_address AS "localAddress",
         a.metadata_digest AS "metadataDigest" FROM attempts a`;

const ORPHANS = `
SELECT o.*, r.tenant_id AS "tenantId", r.ehr_id AS "ehrId", r.application_id AS "applicationId", r.environment, v.issuer
  FROM (
    SELECT c.id, 'client' AS kind, x.id AS "registrationId", c.client_id AS "clientId", c.authorization_server_id,
           coalesce(c.ended_by, 'unknown') AS reason, coalesce(c.ended_at, c.updated_at) AS since, s.*
      FROM clients c
      CROSS JOIN LATERAL (SELECT q.id FROM registrations q
         WHERE q.workspace_id = c.workspace_id AND (q.client_id = c.id OR q.id IN (SELECT k.registration_id FROM credentials k WHERE k.workspace_id = c.workspace_id AND k.client_id = c.id))
         ORDER BY q.residue @> jsonb_build_array(jsonb_build_object('client_id', c.client_id)) DESC, q.updated_at DESC LIMIT 1) x
      LEFT JOIN LATERAL (${SENT} WHERE a.workspace_id = c.workspace_id AND a.registration_id = x.id
        AND a.kind IN ('register', 'worksheet') AND a.upstream_client_id = c.client_id ORDER BY a.started_at DESC LIMIT 1) s ON true
     WHERE c.workspace_id = $1 AND c.status = 'orphaned'
    UNION ALL
    SELECT a.id, 'attempt', a.registration_id, a.upstream_client_id, a.authorization_server_id, coalesce(a.outcome->>'reason', 'outcome_unknown'),
           coalesce(a.finished_at, a.started_at), a.marker, a.marker_member, a.started_at, a.deadline_at, a.local_address, a.metadata_digest
      FROM attempts a WHERE a.workspace_id = $1 AND a.status = 'orphaned') o
  JOIN registrations r ON r.workspace_id = $1 AND r.id = o."registrationId"
  JOIN authorization_servers v ON v.workspace_id = $1 AND v.id = o.authorization_server_id
 WHERE ($2::uuid IS NULL OR o.id = $2) AND ($3::uuid IS NULL OR r.tenant_id = $3) AND ($4::uuid IS NULL OR r.ehr_id = $4) AND ($5::uuid IS NULL OR r.id = $5)
   AND ($6::uuid IS NULL OR o.id < $6) AND ($7::uuid IS NULL OR r.application_id = $7) AND ($8::text IS NULL OR r.environment = $8)
   AND NOT (o.kind = 'attempt' AND r.status = 'outcome_unknown')
 ORDER BY o.id DESC LIMIT $9`;

/** The newest first. What still is a registration's unknown outcome is not among them: that is resolved there. */
export function findOrphans(
  tx: Transaction,
  filter: OrphanFilter & { readonly id?: string },
  limit: number,
  after?: string,
): Promise<Orphan[]> {
  const { workspaceId, applicationId, environment } = tx.scope;
  return tx.query<Orphan>(ORPHANS, [
    workspaceId,
    filter.id ?? null,
    filter.tenantId ?? null,
    filter.ehrId ?? null,
    filter.registrationId ?? null,
    after ?? null,
    applicationId ?? null,
    environment ?? null,
    limit,
  ]);
}

/** Ends an orphan by a person's word. @returns false where somebody was quicker. */
export async function endOrphan(
  tx: Transaction,
  orphan: Orphan,
  status: 'deleted' | 'resolved_absent',
  evidence: Readonly<Record<string, unknown>>,
  now: Date,
): Promise<boolean> {
  const rows =
    orphan.kind === 'client'
      ? await tx.query(
          `UPDATE clients SET status = 'deleted', ended_at = $2, ended_by = 'person', updated_at = $2 WHERE id = $1 AND status = 'orphaned' RETURNING id`,
          [orphan.id, now],
        )
      : await tx.query(
          `UPDATE attempts SET status = $2, evidence = $3::jsonb, finished_at = coalesce(finished_at, $4) WHERE id = $1 AND status = 'orphaned' RETURNING id`,
          [orphan.id, status, JSON.stringify(evidence), now],
        );
  return rows.length > 0;
}

/** What nobody has to do any more stands at the registration no longer. */
export async function dropResidue(tx: Transaction, orphan: Orphan, now: Date): Promise<void> {
  await tx.query(
    `UPDATE registrations SET version = version + 1, updated_at = $4, residue = coalesce((SELECT jsonb_agg(e) FROM jsonb_array_elements(residue) e
       WHERE NOT (($2::text IS NOT NULL AND e->>'client_id' = $2) OR (e->>'client_id' IS NULL AND e->>'marker' = $3))), '[]')
      WHERE id = $1 AND residue <> '[]'`,
    [orphan.registrationId, orphan.clientId, orphan.marker, now],
  );
}
