import { sessionsWholeFrom } from './removed.js';
import { sqlReport } from './sql-report.js';

/** Whom a caller sees who is bound to hospitals, an application or an environment: what is bound to no more than that. */
const WITHIN = (row: string) => `($6::uuid[] IS NULL OR (${row}.tenant_ids IS NOT NULL AND ${row}.tenant_ids <@ to_jsonb($6::uuid[])))
       AND ($7::uuid IS NULL OR ${row}.application_id = $7) AND ($8::text IS NULL OR ${row}.environment = $8)`;
const TENANTS = (row: string) => `(SELECT string_agg(t.name, '; ' ORDER BY t.id) FROM tenants t
          WHERE t.workspace_id = ${row}.workspace_id AND ${row}.tenant_ids ? t.id::text)`;

/**
 * Who could use Registrar at some moment of the period, and for what: each API key, each role that a group of the identity
 * provider gives, and each person who came within it, with the groups of their sessions then.
 */
export const accessReview = sqlReport(
  {
    kind: 'text',
    api_key_id: { id: 'key' },
    role_mapping_id: { id: 'map' },
    person_id: { id: 'per' },
    name: 'text',
    role: 'text',
    groups: 'text',
    tenants: 'text',
    application_id: { id: 'app' },
    environment: 'text',
    last_four: 'text',
    created_at: 'text',
    expires_at: 'text',
    last_used_at: 'text',
    revoked_at: 'text',
  },
  `SELECT x.* FROM (
     SELECT k.id AS _id, 'api_key' AS kind, k.id AS api_key_id, NULL::uuid AS role_mapping_id, NULL::uuid AS person_id, k.name, k.role, NULL AS groups,
            ${TENANTS('k')} AS tenants, k.application_id, k.environment, k.last_four, k.created_at, k.expires_at, k.last_used_at, k.revoked_at
       FROM api_keys k
      WHERE k.workspace_id = $1 AND k.created_at < $3 AND (k.revoked_at IS NULL OR k.revoked_at >= $2) AND (k.expires_at IS NULL OR k.expires_at >= $2)
        AND ${WITHIN('k')}
     UNION ALL
     SELECT m.id, 'role_mapping', NULL, m.id, NULL, m.claim_value, m.role, m.claim_value, ${TENANTS('m')}, m.application_id, m.environment, NULL,
            m.created_at, NULL, NULL, NULL
       FROM role_mappings m WHERE m.workspace_id = $1 AND m.created_at < $3 AND ${WITHIN('m')}
     UNION ALL
     SELECT p.id, 'person', NULL, NULL, p.id, p.name, NULL,
            (SELECT string_agg(DISTINCT g, '; ') FROM sessions s CROSS JOIN jsonb_array_elements_text(s.groups) g
              WHERE s.workspace_id = p.workspace_id AND s.person_id = p.id AND s.created_at < $3 AND s.last_used_at >= $2),
            NULL, NULL, NULL, NULL, p.created_at, NULL, p.last_seen_at, NULL
       FROM people p WHERE p.workspace_id = $1 AND p.created_at < $3 AND p.last_seen_at >= $2 AND num_nonnulls($6::uuid[], $7::uuid, $8::text) = 0
   ) x WHERE $4::uuid IS NULL OR x._id > $4 ORDER BY x._id LIMIT $5`,
  sessionsWholeFrom,
);
