import type { Clock } from '@registrar/clock';
import type { Database } from '@registrar/database';
import { STATEMENT_ORDER } from '@registrar/statements';
import type { SealedValue, Work, WorkClient } from './work.js';

/** The statement that an update of a client is sent with, sealed. */
export interface UsedStatement {
  readonly id: string;
  readonly tenantId: string | null;
  readonly pinnedOrigin: string;
  readonly sealed: SealedValue['bytes'];
}

const USED = `
SELECT x.id, x.tenant_id AS "tenantId", x.pinned_origin AS "pinnedOrigin", s.sealed
  FROM (SELECT a.software_statement_id AS id FROM attempts a
         WHERE a.workspace_id = $1 AND a.registration_id = $2 AND a.kind = 'register' AND a.upstream_client_id = $3
         ORDER BY a.started_at DESC LIMIT 1) used
  JOIN registrations r ON r.workspace_id = $1 AND r.id = $2
  JOIN software_statements x ON x.workspace_id = $1 AND x.authorization_server_id = $4 AND x.application_id = r.application_id
       AND x.environment = r.environment AND (x.tenant_id IS NULL OR x.tenant_id = r.tenant_id)
       AND x.status = 'available' AND (x.expires_at IS NULL OR x.expires_at > $5)
  JOIN secrets s ON s.workspace_id = $1 AND s.subject_id = x.id AND s.kind = 'software_statement'
 WHERE used.id IS NOT NULL
 ORDER BY x.id = used.id DESC, ${STATEMENT_ORDER} LIMIT 1`;

/**
 * The statement that the client was registered with, or the one that has taken its place since; undefined where it was registered
 * without one, or none holds any more.
 */
export async function usedStatement(database: Database, work: Work, client: WorkClient, clock: Clock): Promise<UsedStatement | undefined> {
  const { scope, registration, upstream } = work;
  const [row] = await database.transaction(scope, (tx) =>
    tx.query<UsedStatement>(USED, [scope.workspaceId, registration.id, client.clientId, upstream.authorizationServerId, clock.now()]),
  );
  return row;
}
