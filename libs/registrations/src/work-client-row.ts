import type { ClientMetadata } from '@registrar/dcr';
import { present } from './present.js';
import type { SealedValue, WorkClient } from './work.js';

type Nullable<T> = T | null;

/** A client as the loading query reads it. */
export interface ClientRow {
  id: string;
  scope: WorkClient['scope'];
  status: WorkClient['status'];
  client_id: string;
  token_endpoint_auth_method: string;
  signing_alg: Nullable<string>;
  requested_metadata: ClientMetadata;
  granted_metadata: ClientMetadata;
  key_set_id: Nullable<string>;
  registration_client_uri: Nullable<string>;
  registration_client_uri_usable: boolean;
  registration_access_token_version: number;
  registration_access_token_expires_at: Nullable<string>;
}

/** The client with its management, whose token stays sealed. */
export function workClient(row: ClientRow, tokenKeyId: string | null, token: Buffer | null): WorkClient {
  const value = sealedValue(tokenKeyId, token);
  const expiresAt = row.registration_access_token_expires_at;
  return {
    id: row.id,
    scope: row.scope,
    status: row.status,
    clientId: row.client_id,
    authMethod: row.token_endpoint_auth_method,
    requestedMetadata: row.requested_metadata,
    grantedMetadata: row.granted_metadata,
    management: {
      registrationClientUriUsable: row.registration_client_uri_usable,
      ...present('registrationClientUri', row.registration_client_uri),
      ...present(
        'token',
        value && {
          version: row.registration_access_token_version,
          sealed: value,
          ...present('expiresAt', expiresAt === null ? null : new Date(expiresAt)),
        },
      ),
    },
    ...present('signingAlg', row.signing_alg),
    ...present('keySetId', row.key_set_id),
  };
}

/** A sealed value from its two columns. */
export function sealedValue(keyId: string | null, bytes: Buffer | null): SealedValue | null {
  return keyId === null || bytes === null ? null : { keyId, bytes };
}
