import { insertRows, type Transaction } from '@registrar/database';
import type { Change, ChangedClient } from './change.js';

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
 * that hands one client to two hospitals must not mix them up (A-41, U29). With `taken` empty such an id fails the transaction.
 */
export async function insertClients<Issuing extends Pick<Change, 'workspaceId' | 'tenantId' | 'client'>>(
  tx: Transaction,
  changes: readonly Issuing[],
  now: Date,
  taken = 'ON CONFLICT DO NOTHING',
): Promise<ReadonlySet<Issuing>> {
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
  const inserted = await insertRows<typeof COLUMNS, { id: string }>(tx, 'clients', COLUMNS, rows, `${taken} RETURNING id`);
  const ids = new Set(inserted.map((row) => row.id));
  return new Set(issued.filter(({ client }) => !ids.has(client.id)).map(({ change }) => change));
}

const CHANGE = `
UPDATE clients c SET token_endpoint_auth_method = coalesce(i.auth_method, c.token_endpoint_auth_method), signing_alg = coalesce(i.signing_alg, c.signing_alg),
       requested_metadata = coalesce(i.requested, c.requested_metadata), granted_metadata = coalesce(i.granted, c.granted_metadata),
       registration_client_uri = coalesce(i.uri, c.registration_client_uri), registration_client_uri_usable = coalesce(i.usable, c.registration_client_uri_usable),
       has_registration_access_token = coalesce(i.has_token, c.has_registration_access_token),
       registration_access_token_version = coalesce(i.token_version, c.registration_access_token_version),
       registration_access_token_expires_at = coalesce(i.token_expires_at, c.registration_access_token_expires_at),
       registration_access_token_renew_at = CASE WHEN i.token_expires_at IS NULL THEN c.registration_access_token_renew_at
         ELSE $14::timestamptz + (i.token_expires_at - $14::timestamptz) / 2 END,
       expires_at = coalesce(i.expires_at, c.expires_at), status = CASE WHEN c.status = 'deleted' THEN c.status ELSE coalesce(i.status, c.status) END, ended_at = coalesce(i.ended_at, c.ended_at),
       ended_by = coalesce(i.ended_by, c.ended_by), updated_at = $14
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::jsonb[], $5::jsonb[], $6::text[], $7::boolean[], $8::boolean[], $9::integer[], $10::timestamptz[],
              $11::timestamptz[], $12::text[], $15::timestamptz[], $16::text[])
       AS i (id, auth_method, signing_alg, requested, granted, uri, usable, has_token, token_version, token_expires_at, expires_at, status, ended_at, ended_by)
 WHERE c.workspace_id = $13 AND c.id = i.id`;

/** What answers changed of clients that stand already; what they left out stays (B-08). */
export async function changeClients(tx: Transaction, changes: readonly Change[], now: Date): Promise<void> {
  const changed = changes.flatMap((change) => change.changedClients ?? []);
  if (changed.length === 0) return;
  const each = <T>(pick: (client: ChangedClient) => T) => changed.map((client) => pick(client) ?? null);
  await tx.prepared(CHANGE, [
    each((client) => client.id),
    each((client) => client.authMethod),
    each((client) => client.signingAlg),
    each((client) => client.requestedMetadata && JSON.stringify(client.requestedMetadata)),
    each((client) => client.grantedMetadata && JSON.stringify(client.grantedMetadata)),
    each((client) => client.registrationClientUri),
    each((client) => client.registrationClientUriUsable),
    each((client) => client.hasRegistrationAccessToken),
    each((client) => client.registrationAccessTokenVersion),
    each((client) => client.registrationAccessTokenExpiresAt),
    each((client) => client.expiresAt),
    each((client) => client.status),
    tx.scope.workspaceId,
    now,
    each((client) => client.ended?.at),
    each((client) => client.ended?.by),
  ]);
}
