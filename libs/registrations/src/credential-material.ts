import type { Environment, Transaction } from '@registrar/database';
import type { ClientMetadata, SigningAlg } from '@registrar/dcr';
import { upstreamsFor, type Upstream } from '@registrar/ehrs';
import { present } from './present.js';
import { registrationProblem } from './registrations.problems.js';
import type { RegistrationStatus } from './lifecycle.js';
import type { ClientIdentity, WorkCredential } from './work.js';

/** What signing, asking for a token or revealing needs of one active registration. */
export interface CredentialMaterial {
  readonly registrationId: string;
  readonly tenantId: string;
  readonly applicationId: string;
  readonly environment: Environment;
  readonly client: ClientIdentity;
  readonly credential: WorkCredential;
  readonly upstream: Upstream;
}

interface MaterialRow {
  tenant_id: string;
  application_id: string;
  environment: Environment;
  ehr_id: string;
  status: RegistrationStatus;
  stopped: boolean;
  client_row_id: string | null;
  client_id: string | null;
  client_scope: ClientIdentity['scope'];
  auth_method: string;
  signing_alg: string | null;
  requested: ClientMetadata;
  granted: ClientMetadata;
  credential_id: string | null;
  kind: WorkCredential['kind'];
  version: number;
  alg: SigningAlg | null;
  kid: string | null;
  expires_at: Date | null;
  key_id: string | null;
  sealed: Buffer | null;
}

const MATERIAL = `
SELECT r.tenant_id, r.application_id, r.environment, r.ehr_id, r.status, t.suspended_at IS NOT NULL OR e.suspended_at IS NOT NULL OR a.suspended_at IS NOT NULL OR t.status <> 'active' AS stopped,
       c.id AS client_row_id, c.client_id, c.scope AS client_scope, c.token_endpoint_auth_method AS auth_method, c.signing_alg, c.requested_metadata AS requested, c.granted_metadata AS granted,
       k.id AS credential_id, k.kind, k.version, k.alg, k.kid, k.expires_at, s.key_id, s.sealed
  FROM registrations r
  JOIN tenants t ON t.workspace_id = r.workspace_id AND t.id = r.tenant_id
  JOIN ehrs e ON e.workspace_id = r.workspace_id AND e.id = r.ehr_id
  JOIN applications a ON a.workspace_id = r.workspace_id AND a.id = r.application_id
  LEFT JOIN clients c ON c.workspace_id = r.workspace_id AND c.id = r.client_id
  LEFT JOIN credentials k ON k.workspace_id = r.workspace_id AND k.registration_id = r.id AND k.stage = 'current'
  LEFT JOIN secrets s ON s.workspace_id = k.workspace_id AND s.subject_id = k.id AND s.kind = k.kind AND s.version = k.version
 WHERE r.id = $1 AND ($2::uuid IS NULL OR r.application_id = $2) AND ($3::text IS NULL OR r.environment = $3)`;

/**
 * Reads the current, proven credential of a registration, still sealed.
 * @throws Problem registrations.not_found | registrations.not_active
 */
export async function credentialMaterial(tx: Transaction, registrationId: string): Promise<CredentialMaterial> {
  const [row] = await tx.prepared<MaterialRow>(MATERIAL, [registrationId, tx.scope.applicationId ?? null, tx.scope.environment ?? null]);
  if (!row) throw registrationProblem('registrations.not_found');
  const upstream = (await upstreamsFor(tx, [row.ehr_id])).get(row.ehr_id);
  if (
    row.stopped ||
    row.status !== 'active' ||
    row.client_row_id === null ||
    row.client_id === null ||
    row.credential_id === null ||
    !upstream
  ) {
    throw registrationProblem('registrations.not_active', {
      detail: row.stopped ? 'The hospital, the EHR or the application is suspended.' : `The registration is ${row.status}.`,
    });
  }
  return {
    registrationId,
    tenantId: row.tenant_id,
    applicationId: row.application_id,
    environment: row.environment,
    upstream,
    client: {
      id: row.client_row_id,
      scope: row.client_scope,
      clientId: row.client_id,
      authMethod: row.auth_method,
      requestedMetadata: row.requested,
      grantedMetadata: row.granted,
      ...present('signingAlg', row.signing_alg),
    },
    credential: {
      id: row.credential_id,
      kind: row.kind,
      version: row.version,
      stage: 'current',
      ...present('alg', row.alg),
      ...present('kid', row.kid),
      ...present('expiresAt', row.expires_at),
      ...present('sealed', row.key_id === null || row.sealed === null ? null : { keyId: row.key_id, bytes: row.sealed }),
    },
  };
}
