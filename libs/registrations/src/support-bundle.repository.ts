import type { Transaction } from '@registrar/database';

/** Who the vendor is, and how the client authenticates there. */
export interface SupportGround {
  readonly vendor: string;
  readonly issuer: string | null;
  readonly fhirBaseUrl: string | null;
  readonly endpoints: { readonly registration?: string; readonly token?: string } | null;
  readonly authMethod: string | null;
}

const GROUND = `
SELECT coalesce(v.vendor, e.vendor) AS vendor, v.issuer, e.fhir_base_url AS "fhirBaseUrl", v.endpoints, c.token_endpoint_auth_method AS "authMethod"
  FROM registrations r
  JOIN ehrs e ON e.workspace_id = r.workspace_id AND e.id = r.ehr_id
  LEFT JOIN authorization_servers v ON v.workspace_id = r.workspace_id AND v.id = e.authorization_server_id
  LEFT JOIN clients c ON c.workspace_id = r.workspace_id AND c.id = r.client_id
 WHERE r.workspace_id = $1 AND r.id = $2`;

export async function supportGround(tx: Transaction, registrationId: string): Promise<SupportGround | undefined> {
  const [row] = await tx.query<SupportGround>(GROUND, [tx.scope.workspaceId, registrationId]);
  return row;
}
