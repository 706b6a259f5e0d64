import type { Transaction } from '@registrar/database';
import type { PublicJwk } from '@registrar/keys';
import type { SignedDocument } from '@registrar/offboarding';
import type { HeldClient, Holding } from './holding.js';

export type HeldRow = Omit<HeldClient, 'keyThumbprints' | 'scopes' | 'securityContacts'> & {
  readonly keys: readonly PublicJwk[];
  readonly scope: string | null;
  readonly contacts: readonly string[] | null;
};

const HELD = `
SELECT r.id AS "registrationId", a.name AS application, e.name AS ehr, v.issuer, r.environment, r.status, c.client_id AS "clientId",
       coalesce(c.granted_metadata->>'scope', c.requested_metadata->>'scope') AS scope, c.token_endpoint_auth_method AS "authMethod",
       coalesce(k.keys, '[]') AS keys, k.rotated_at AS "lastRotatedAt", k.expires_at AS "secretExpiresAt", r.next_rotation_at AS "nextRotationAt",
       u.at AS "lastUsedAt", coalesce(c.granted_metadata->'contacts', c.requested_metadata->'contacts') AS contacts
  FROM registrations r
  JOIN applications a ON a.workspace_id = r.workspace_id AND a.id = r.application_id
  JOIN ehrs e ON e.workspace_id = r.workspace_id AND e.id = r.ehr_id
  LEFT JOIN authorization_servers v ON v.workspace_id = e.workspace_id AND v.id = e.authorization_server_id
  LEFT JOIN clients c ON c.workspace_id = r.workspace_id AND c.id = r.client_id AND c.status = 'live'
  LEFT JOIN LATERAL (
    SELECT jsonb_agg(x.public_jwk ORDER BY x.version) FILTER (WHERE x.public_jwk IS NOT NULL) AS keys, max(x.promoted_at) AS rotated_at,
           min(x.expires_at) AS expires_at
      FROM credentials x WHERE x.workspace_id = r.workspace_id AND x.registration_id = r.id AND x.stage IN ('current', 'previous')) k ON true
  LEFT JOIN LATERAL (
    SELECT o.at FROM audit_events o WHERE o.workspace_id = r.workspace_id AND o.subject_id = r.id
       AND o.action IN ('token.issue', 'assertion.sign', 'secret.reveal', 'registration.prove') ORDER BY o.id DESC LIMIT 1) u ON true
 WHERE r.workspace_id = $1 AND r.tenant_id = $2 AND r.status <> 'deregistered' ORDER BY a.name, e.name, r.id`;

const ABOUT = `
SELECT t.id, t.name, t.external_id AS "externalId", t.status, w.name AS "heldBy", o.certificate, o.shredding
  FROM tenants t JOIN workspaces w ON w.id = t.workspace_id
  LEFT JOIN offboardings o ON o.workspace_id = t.workspace_id AND o.tenant_id = t.id AND o.status = 'done'
 WHERE t.workspace_id = $1 AND t.id = $2`;

export type AboutRow = Holding['hospital'] & {
  readonly heldBy: string;
  readonly certificate: SignedDocument | null;
  readonly shredding: SignedDocument | null;
};

export async function aboutHospital(tx: Transaction, tenantId: string): Promise<AboutRow | undefined> {
  const [row] = await tx.query<AboutRow>(ABOUT, [tx.scope.workspaceId, tenantId]);
  return row;
}

export function heldClients(tx: Transaction, tenantId: string): Promise<HeldRow[]> {
  return tx.query<HeldRow>(HELD, [tx.scope.workspaceId, tenantId]);
}
