import { sqlReport } from './sql-report.js';

/** Every approval that was asked for in the period: who asked, who decided, and why. */
export const approvals = sqlReport(
  {
    approval_id: { id: 'apr' },
    kind: 'text',
    subject_type: 'text',
    subject_id: 'text',
    tenant_id: { id: 'ten' },
    application_id: { id: 'app' },
    environment: 'text',
    status: 'text',
    reason: 'text',
    requested_by: 'actor',
    created_at: 'text',
    decided_by: 'actor',
    decided_at: 'text',
    decision_reason: 'text',
    used_at: 'text',
    expires_at: 'text',
    documents_hash: 'text',
  },
  `SELECT p.id AS _id, p.id AS approval_id, p.kind, p.subject_type, p.subject_id, p.tenant_id, p.application_id, p.environment, p.status, p.reason,
          p.requested_by, p.created_at, p.decided_by, p.decided_at, p.decision_reason, p.used_at, p.expires_at, p.documents_hash
     FROM approvals p
    WHERE p.workspace_id = $1 AND p.created_at >= $2 AND p.created_at < $3 AND ($4::uuid IS NULL OR p.id > $4)
      AND ($6::uuid[] IS NULL OR p.tenant_id = ANY ($6)) AND ($7::uuid IS NULL OR p.application_id = $7) AND ($8::text IS NULL OR p.environment = $8)
    ORDER BY p.id LIMIT $5`,
);
