import type { Transaction } from '@registrar/database';

/** One registration as the certificate lists it. */
export interface CertifiedRegistration {
  readonly registrationId: string;
  readonly ehr: string;
  readonly issuer: string | null;
  readonly environment: string;
  readonly application: string;
  readonly clients: readonly {
    readonly clientId: string;
    readonly status: string;
    readonly at: string | null;
    readonly by: string | null;
  }[];
  readonly residue: readonly unknown[];
}

const FACTS = `
SELECT r.id AS "registrationId", e.name AS ehr, v.issuer, r.environment, a.name AS application, r.residue,
       coalesce(c.clients, '[]') AS clients
  FROM registrations r
  JOIN ehrs e ON e.workspace_id = r.workspace_id AND e.id = r.ehr_id
  JOIN applications a ON a.workspace_id = r.workspace_id AND a.id = r.application_id
  LEFT JOIN authorization_servers v ON v.workspace_id = e.workspace_id AND v.id = e.authorization_server_id
  LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('clientId', x.client_id, 'status', x.status, 'at', x.ended_at, 'by', x.ended_by) ORDER BY x.created_at) AS clients
      FROM clients x WHERE x.workspace_id = r.workspace_id
       AND (x.id = r.client_id OR x.id IN (SELECT k.client_id FROM credentials k WHERE k.workspace_id = r.workspace_id AND k.registration_id = r.id))) c ON true
 WHERE r.workspace_id = $1 AND r.tenant_id = $2 ORDER BY r.id`;

/** Everything that the hospital ever had registered, and what became of it. */
export function certificateFacts(tx: Transaction, tenantId: string): Promise<CertifiedRegistration[]> {
  return tx.query<CertifiedRegistration>(FACTS, [tx.scope.workspaceId, tenantId]);
}
