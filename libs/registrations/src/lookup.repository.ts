import type { Transaction } from '@registrar/database';
import type { LookedUp, LookupWanted } from './lookup.js';

/**
 * From the EHRs of that address (ehrs_fhir_base_url, ehrs_issuer) to the active registrations there
 * (registrations_lookup), each by an index. Two rows are enough to know that one answer would be a guess.
 */
export const LOOKUP = `
SELECT r.id AS "registrationId", r.tenant_id AS "tenantId", r.ehr_id AS "ehrId", r.environment, c.client_id AS "clientId",
       c.token_endpoint_auth_method AS "authMethod", c.signing_alg AS "signingAlg", coalesce(c.granted_metadata->>'scope', c.requested_metadata->>'scope') AS scope,
       v.issuer, e.fhir_base_url AS "fhirBaseUrl", coalesce(v.endpoints, '{}') AS endpoints
  FROM ehrs e
  JOIN registrations r ON r.workspace_id = e.workspace_id AND r.ehr_id = e.id AND r.application_id = $2 AND r.status = 'active'
  JOIN tenants t ON t.workspace_id = r.workspace_id AND t.id = r.tenant_id AND t.suspended_at IS NULL AND t.status = 'active'
  JOIN applications a ON a.workspace_id = r.workspace_id AND a.id = r.application_id AND a.suspended_at IS NULL
  JOIN clients c ON c.workspace_id = r.workspace_id AND c.id = r.client_id
  LEFT JOIN authorization_servers v ON v.workspace_id = e.workspace_id AND v.id = e.authorization_server_id
 WHERE e.workspace_id = $1 AND (e.fhir_base_url = ANY ($3::text[]) OR e.issuer = ANY ($3::text[])) AND e.suspended_at IS NULL
   AND ($4::text IS NULL OR t.external_id = $4) AND ($5::text IS NULL OR e.environment = $5)
   AND ($6::text IS NULL OR e.environment = $6) AND ($7::uuid IS NULL OR r.application_id = $7)
 LIMIT 2`;

/** The parameters of the query for this caller; an address is the same with and without its last slash. */
export function lookupParameters(tx: Transaction, wanted: LookupWanted): unknown[] {
  const bare = wanted.iss.replace(/\/+$/, '');
  return [
    tx.scope.workspaceId,
    wanted.applicationId,
    [bare, `${bare}/`],
    wanted.tenantExternalId ?? null,
    wanted.environment ?? null,
    tx.scope.environment ?? null,
    tx.scope.applicationId ?? null,
  ];
}

export function findActive(tx: Transaction, wanted: LookupWanted): Promise<LookedUp[]> {
  return tx.query<LookedUp>(LOOKUP, lookupParameters(tx, wanted));
}
