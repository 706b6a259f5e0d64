import { auditWholeFrom } from './removed.js';
import { sqlReport } from './sql-report.js';

/**
 * Every time that somebody was shown a secret in the period, asked for one in vain, or asked for too many. From the audit log, which
 * has a flood of refusals as one row a minute, with how many were left out before it.
 */
export const reveals = sqlReport(
  {
    audit_event_id: { id: 'aud' },
    at: 'text',
    action: 'text',
    actor: 'actor',
    from: 'text',
    reason: 'text',
    left_out: 'text',
    registration_id: { id: 'reg' },
    tenant_id: { id: 'ten' },
    tenant: 'text',
    application: 'text',
    ehr: 'text',
    environment: 'text',
    request_id: 'text',
  },
  `SELECT v.id AS _id, v.id AS audit_event_id, v.at, v.action, v.actor, v.actor->>'from' AS "from", v.detail->>'reason' AS reason, v.detail->>'left_out' AS left_out, r.id AS registration_id,
          v.tenant_id, t.name AS tenant, a.name AS application, e.name AS ehr, r.environment, v.request_id
     FROM audit_events v
     LEFT JOIN tenants t ON t.workspace_id = v.workspace_id AND t.id = v.tenant_id
     LEFT JOIN registrations r ON r.workspace_id = v.workspace_id AND v.subject_type = 'registration' AND r.id = v.subject_id
     LEFT JOIN applications a ON a.workspace_id = r.workspace_id AND a.id = r.application_id
     LEFT JOIN ehrs e ON e.workspace_id = r.workspace_id AND e.id = r.ehr_id
    WHERE v.workspace_id = $1 AND v.action IN ('secret.reveal', 'secret.refuse', 'secret.flood', 'secret.match') AND v.at >= $2 AND v.at < $3
      AND ($4::uuid IS NULL OR v.id > $4)
      AND ($6::uuid[] IS NULL OR v.tenant_id = ANY ($6)) AND ($7::uuid IS NULL OR r.application_id = $7) AND ($8::text IS NULL OR r.environment = $8)
    ORDER BY v.id LIMIT $5`,
  auditWholeFrom,
);
