import type { Database } from '@registrar/database';
import { secretOf } from './held-secrets.js';
import type { Work, WorkClient, WorkCredential } from './work.js';

// An answer about this client that was lost may have brought another secret, or another method; a newer secret that the work does not
// hold may be the one that the server goes by; a credential that failed was dead before it was asked for.
const DOUBTED = `
SELECT 1 FROM credentials k
 WHERE k.workspace_id = $1 AND k.id = $3 AND (
       EXISTS (SELECT 1 FROM attempts a WHERE a.workspace_id = $1 AND a.registration_id = $2 AND a.status = 'unknown' AND a.started_at >= k.created_at AND a.url <> ALL ($6::text[])
                  AND (a.kind = ANY ($4::text[]) OR (a.kind = 'update' AND coalesce(a.metadata->>'token_endpoint_auth_method', $5) <> $5)))
       OR EXISTS (SELECT 1 FROM credentials n WHERE n.workspace_id = $1 AND n.registration_id = $2 AND n.client_id = k.client_id
                  AND n.kind = 'client_secret' AND n.version > k.version)
       OR (k.stage = 'previous' AND EXISTS (SELECT 1 FROM audit_events e
             WHERE e.workspace_id = $1 AND e.subject_id = $2 AND e.action = 'registration.fail_credential' AND e.at >= k.created_at)))`;

/**
 * Whether `invalid_client` to this credential says no more than that the credential is dead, so that its client may well live on
 * (B-10): it has expired, never worked or had failed already, or another may have taken its place without our knowing.
 */
export async function refusalDoubted(
  database: Database,
  work: Work,
  client: WorkClient,
  credential: WorkCredential,
  now: Date,
): Promise<boolean> {
  if (credential.expiresAt !== undefined && credential.expiresAt <= now) return true;
  if (credential.stage === 'pending' || work.operation.input['credential_failed'] === true) return true;
  if ((secretOf(work, client)?.version ?? 0) > credential.version) return true;
  const { readRotates, putRotates } = work.upstream.quirks;
  const rotating = credential.kind === 'client_secret' ? [readRotates.secret ? 'read' : '', putRotates.secret ? 'update' : ''] : [];
  // A server may have one address for all clients, and tell them apart by their tokens.
  const own = client.management.registrationClientUri;
  const others = [work.client, work.pendingClient, work.previousClient].flatMap((one) => {
    const uri = one?.management.registrationClientUri;
    return uri === undefined || uri === own ? [] : [uri];
  });
  const scope = { workspaceId: work.scope.workspaceId, actor: { type: 'system', id: 'worker' }, requestId: 'absence' } as const;
  const rows = await database.transaction(scope, (tx) =>
    tx.query(DOUBTED, [work.scope.workspaceId, work.registration.id, credential.id, rotating, client.authMethod, others]),
  );
  return rows.length > 0;
}
