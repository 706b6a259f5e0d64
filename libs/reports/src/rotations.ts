import { sqlReport } from './sql-report.js';

/** Every rotation that was asked for in the period: why, by whom, and how it ended. */
export const rotations = sqlReport(
  {
    operation_id: { id: 'op' },
    registration_id: { id: 'reg' },
    tenant_id: { id: 'ten' },
    tenant: 'text',
    application: 'text',
    ehr: 'text',
    environment: 'text',
    reason: 'text',
    status: 'text',
    problem: 'text',
    requested_by: 'actor',
    request_id: 'text',
    created_at: 'text',
    started_at: 'text',
    finished_at: 'text',
  },
  `SELECT o.id AS _id, o.id AS operation_id, r.id AS registration_id, t.id AS tenant_id, t.name AS tenant, a.name AS application, e.name AS ehr,
          r.environment, o.input->>'reason' AS reason, o.status, o.problem->>'code' AS problem, o.requested_by, o.request_id, o.created_at, o.started_at,
          o.finished_at
     FROM operations o
     JOIN registrations r ON r.workspace_id = o.workspace_id AND r.id = o.registration_id
     JOIN tenants t ON t.workspace_id = r.workspace_id AND t.id = r.tenant_id
     JOIN applications a ON a.workspace_id = r.workspace_id AND a.id = r.application_id
     JOIN ehrs e ON e.workspace_id = r.workspace_id AND e.id = r.ehr_id
    WHERE o.workspace_id = $1 AND o.kind = 'rotate' AND o.created_at >= $2 AND o.created_at < $3 AND ($4::uuid IS NULL OR o.id > $4)
      AND ($6::uuid[] IS NULL OR o.tenant_id = ANY ($6)) AND ($7::uuid IS NULL OR r.application_id = $7) AND ($8::text IS NULL OR r.environment = $8)
    ORDER BY o.id LIMIT $5`,
);
