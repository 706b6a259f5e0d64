import type { Transaction } from '@registrar/database';

/** A client that fetches initial access tokens: Registrar itself needs it to register at that server (I-03). */
export interface ParentClient {
  readonly initialAccessTokenId: string;
  /** As the authorization server knows it. */
  readonly clientId: string;
  readonly tenantId?: string;
}

/**
 * The clients that initial access tokens of this server are fetched with. Whoever rotates, swaps or removes a client asks
 * here first: a client whose id is among these is what Registrar needs next, and its credential must never change
 * before the token entry has the successor, or nothing could be registered at that server any more.
 */
export async function parentClientsOf(tx: Transaction, authorizationServerId: string): Promise<ParentClient[]> {
  const rows = await tx.query<{ id: string; client_id: string; tenant_id: string | null }>(
    `SELECT id, client_credentials->>'clientId' AS client_id, tenant_id FROM initial_access_tokens
      WHERE workspace_id = $1 AND authorization_server_id = $2 AND kind = 'client_credentials' AND status IN ('available', 'suspect') ORDER BY id`,
    [tx.scope.workspaceId, authorizationServerId],
  );
  return rows.map((row) => ({
    initialAccessTokenId: row.id,
    clientId: row.client_id,
    ...(row.tenant_id === null ? {} : { tenantId: row.tenant_id }),
  }));
}
