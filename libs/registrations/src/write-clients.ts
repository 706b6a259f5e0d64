import { insertRows, type Transaction } from '@registrar/database';
import type { Change } from './change.js';

const COLUMNS = {
  workspace_id: 'uuid',
  id: 'uuid',
  tenant_id: 'uuid',
  authorization_server_id: 'uuid',
  application_id: 'uuid',
  environment: 'text',
  scope: 'text',
  client_id: 'text',
  token_endpoint_auth_method: 'text',
  signing_alg: 'text',
  registration_client_uri: 'text',
  registration_client_uri_usable: 'boolean',
  has_registration_access_token: 'boolean',
  requested_metadata: 'jsonb',
  granted_metadata: 'jsonb',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
  key_set_id: 'uuid',
} as const;

/**
 * Inserts the clients that were issued. @returns the changes whose client_id is already held at that server: a server
 * that hands one client to two hospitals must not mix them up (A-41, U29).
 */
export async function insertClients(tx: Transaction, changes: readonly Change[], now: Date): Promise<ReadonlySet<Change>> {
  const issued = changes.flatMap((change) => (change.client ? [{ change, client: change.client }] : []));
  const rows = issued.map(({ change, client }) => ({
    workspace_id: change.workspaceId,
    id: client.id,
    tenant_id: client.scope === 'application' ? null : change.tenantId,
    authorization_server_id: client.authorizationServerId,
    application_id: client.applicationId,
    environment: client.environment,
    scope: client.scope,
    client_id: client.clientId,
    token_endpoint_auth_method: client.authMethod,
    signing_alg: client.signingAlg,
    registration_client_uri: client.registrationClientUri,
    registration_client_uri_usable: client.registrationClientUriUsable,
    has_registration_access_token: client.hasRegistrationAccessToken,
    requested_metadata: client.requestedMetadata,
    granted_metadata: client.grantedMetadata,
    created_at: now,
    updated_at: now,
    key_set_id: client.keySetId,
  }));
  const inserted = await insertRows<typeof COLUMNS, { id: string }>(tx, 'clients', COLUMNS, rows, 'ON CONFLICT DO NOTHING RETURNING id');
  const ids = new Set(inserted.map((row) => row.id));
  return new Set(issued.filter(({ client }) => !ids.has(client.id)).map(({ change }) => change));
}
