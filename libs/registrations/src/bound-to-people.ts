import type { ClientMetadata } from '@registrar/dcr';

/** Whether users' consents or refresh tokens are bound to the client: they end with its client id (H-05). */
export function boundToPeople(client: { readonly grantedMetadata: ClientMetadata; readonly requestedMetadata: ClientMetadata }): boolean {
  const grants: unknown = client.grantedMetadata['grant_types'] ?? client.requestedMetadata['grant_types'] ?? ['authorization_code'];
  return Array.isArray(grants) && (grants.includes('authorization_code') || grants.includes('refresh_token'));
}
