import { sqlReport } from './sql-report.js';

/** Every credential that was held at some moment of the period. */
export const credentialInventory = sqlReport(
  {
    credential_id: { id: 'cred' },
    kind: 'text',
    version: 'text',
    stage: 'text',
    alg: 'text',
    kid: 'text',
    registration_id: { id: 'reg' },
    registration_status: 'text',
    tenant_id: { id: 'ten' },
    tenant: 'text',
    application: 'text',
    ehr: 'text',
    environment: 'text',
    client_id: 'text',
    auth_method: 'text',
    created_at: 'text',
    promoted_at: 'text',
    retired_at: 'text',
    expires_at: 'text',
    next_rotation_at: 'text',
    last_read_at: 'text',
  },
  `SELECT k.id AS _id, k.id AS credential_id, k.kind, k.version, k.stage, k.alg, k.kid, r.id AS registration_id, r.status AS registration_status,
          t.id AS tenant_id, t.name AS tenant, a.name AS application, e.name AS ehr, r.environment, c.client_id,
          c.token_endpoint_auth_method AS auth_method, k.created_at, k.promoted_at, k.retired_at, k.expires_at, r.next_rotation_at, u.last_read_at
     FROM credentials k
     JOIN registrations r ON r.workspace_id = k.workspace_id AND r.id = k.registration_id
     JOIN tenants t ON t.workspace_id = r.workspace_id AND t.id = r.tenant_id
     JOIN applications a ON a.workspace_id = r.workspace_id AND a.id = r.application_id
     JOIN ehrs e ON e.workspace_id = r.workspace_id AND e.id = r.ehr_id
     LEFT JOIN clients c ON c.workspace_id = k.workspace_id AND c.id = k.client_id
     LEFT JOIN LATERAL (SELECT max(d.last_read_at) AS last_read_at FROM credential_readers d
        WHERE d.workspace_id = k.workspace_id AND d.credential_id = k.id) u ON true
    WHERE k.workspace_id = $1 AND k.created_at < $3 AND (k.retired_at IS NULL OR k.retired_at >= $2) AND ($4::uuid IS NULL OR k.id > $4)
      AND ($6::uuid[] IS NULL OR r.tenant_id = ANY ($6)) AND ($7::uuid IS NULL OR r.application_id = $7) AND ($8::text IS NULL OR r.environment = $8)
    ORDER BY k.id LIMIT $5`,
);
