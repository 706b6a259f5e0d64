import { sqlReport } from './sql-report.js';

/** Every API key that could be used at some moment of the period, and what it is for. */
export const accessReview = sqlReport(
  {
    api_key_id: { id: 'key' },
    name: 'text',
    role: 'text',
    tenants: 'text',
    application_id: { id: 'app' },
    environment: 'text',
    last_four: 'text',
    created_at: 'text',
    expires_at: 'text',
    last_used_at: 'text',
    revoked_at: 'text',
  },
  `SELECT k.id AS _id, k.id AS api_key_id, k.name, k.role, k.application_id, k.environment, k.last_four, k.created_at, k.expires_at, k.last_used_at,
          k.revoked_at, b.tenants
     FROM api_keys k
     LEFT JOIN LATERAL (SELECT string_agg(t.name, '; ' ORDER BY t.id) AS tenants FROM tenants t
        WHERE t.workspace_id = k.workspace_id AND k.tenant_ids ? t.id::text) b ON true
    WHERE k.workspace_id = $1 AND k.created_at < $3 AND (k.revoked_at IS NULL OR k.revoked_at >= $2) AND (k.expires_at IS NULL OR k.expires_at >= $2)
      AND ($4::uuid IS NULL OR k.id > $4)
      AND ($6::uuid[] IS NULL OR (k.tenant_ids IS NOT NULL AND k.tenant_ids <@ to_jsonb($6::uuid[]))) AND ($7::uuid IS NULL OR k.application_id = $7)
      AND ($8::text IS NULL OR k.environment = $8)
    ORDER BY k.id LIMIT $5`,
);
