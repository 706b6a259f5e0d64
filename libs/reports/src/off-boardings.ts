import { sqlReport } from './sql-report.js';

/** Every off-boarding of the period, with the digests of its certificates. */
export const offBoardings = sqlReport(
  {
    tenant_id: { id: 'ten' },
    tenant: 'text',
    status: 'text',
    reason: 'text',
    waiver: 'text',
    requested_by: 'actor',
    requested_at: 'text',
    effective_at: 'text',
    began_at: 'text',
    ended_at: 'text',
    cancelled_at: 'text',
    registrations: 'text',
    clients_deleted: 'text',
    clients_left: 'text',
    certificate_sha256: 'text',
    shredded_at: 'text',
    shredded_by: 'actor',
    shredding_sha256: 'text',
  },
  `SELECT o.id AS _id, o.tenant_id, t.name AS tenant, o.status, o.reason, o.waiver, o.requested_by, o.created_at AS requested_at, o.effective_at,
          o.started_at AS began_at, o.finished_at AS ended_at, o.cancelled_at, g.registrations, c.clients_deleted, c.clients_left,
          o.certificate->>'sha256' AS certificate_sha256, o.shredded_at, o.shredded_by, o.shredding->>'sha256' AS shredding_sha256
     FROM offboardings o
     JOIN tenants t ON t.workspace_id = o.workspace_id AND t.id = o.tenant_id
     LEFT JOIN LATERAL (SELECT count(*)::integer AS registrations FROM registrations r
        WHERE r.workspace_id = o.workspace_id AND r.tenant_id = o.tenant_id) g ON true
     LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE x.status = 'deleted')::integer AS clients_deleted,
          count(*) FILTER (WHERE x.status = 'orphaned')::integer AS clients_left FROM clients x
        WHERE x.workspace_id = o.workspace_id AND x.tenant_id = o.tenant_id) c ON true
    WHERE o.workspace_id = $1 AND o.created_at < $3 AND coalesce(o.shredded_at, o.finished_at, o.cancelled_at, $3) >= $2 AND ($4::uuid IS NULL OR o.id > $4)
      AND ($6::uuid[] IS NULL OR o.tenant_id = ANY ($6)) AND $7::uuid IS NULL AND $8::text IS NULL
    ORDER BY o.id LIMIT $5`,
);
