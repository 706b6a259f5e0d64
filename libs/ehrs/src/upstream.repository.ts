import type { Environment, Transaction } from '@registrar/database';
import type { AuthorizationServerRow } from './authorization-server.entity.js';
import type { ClientScope, EhrStatus, RegistrationMode } from './ehr.js';

export interface UpstreamRow {
  readonly ehr_id: string;
  readonly name: string;
  readonly environment: Environment;
  readonly vendor: string;
  readonly fhir_base_url: string | null;
  readonly tenant_id: string | null;
  readonly registration_mode: RegistrationMode;
  readonly client_scope: ClientScope;
  readonly status: EhrStatus;
  readonly suspended: boolean;
  readonly transport_version: number | null;
  readonly openid: boolean | null;
  readonly server: Omit<AuthorizationServerRow, 'workspaceId' | 'createdAt' | 'updatedAt'> | null;
}

const UPSTREAMS = `
SELECT e.id AS ehr_id, e.name, e.environment, e.vendor, e.fhir_base_url, e.tenant_id, e.registration_mode, e.client_scope, e.status,
       e.suspended_at IS NOT NULL AS suspended, e.transport_version,
       CASE WHEN e.discovery IS NOT NULL THEN e.discovery->'documents' @> '[{"kind": "openid-configuration", "found": true}]' END AS openid,
       CASE WHEN s.id IS NOT NULL THEN jsonb_build_object(
         'id', s.id, 'environment', s.environment, 'identity', s.identity, 'issuer', s.issuer, 'issuerConfirmed', s.issuer_confirmed,
         'vendor', s.vendor, 'endpoints', s.endpoints, 'capabilities', s.capabilities, 'declaredQuirks', s.declared_quirks,
         'learnedQuirks', s.learned_quirks, 'proofControl', s.proof_control, 'approvedOrigins', s.approved_origins, 'version', s.version) END AS server
  FROM ehrs e LEFT JOIN authorization_servers s ON s.workspace_id = e.workspace_id AND s.id = e.authorization_server_id
 WHERE e.workspace_id = $1 AND e.id = ANY ($2::uuid[])`;

export function upstreamRows(tx: Transaction, ehrIds: readonly string[]): Promise<UpstreamRow[]> {
  return tx.query<UpstreamRow>(UPSTREAMS, [tx.scope.workspaceId, [...new Set(ehrIds)]]);
}
