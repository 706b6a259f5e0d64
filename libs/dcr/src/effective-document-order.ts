import { untagged, type ClientMetadata } from './client-metadata.js';

const ORDER = [
  'client_name',
  'client_uri',
  'logo_uri',
  'tos_uri',
  'policy_uri',
  'contacts',
  'software_id',
  'software_version',
  'application_type',
  'grant_types',
  'response_types',
  'redirect_uris',
  'initiate_login_uri',
  'scope',
  'token_endpoint_auth_method',
  'token_endpoint_auth_signing_alg',
  'jwks_uri',
  'jwks',
];

/** The same members in one order, whatever layer they came from: known ones as people read them, the rest by name. */
export function inStableOrder(entries: Iterable<readonly [string, ClientMetadata[string]]>): ClientMetadata {
  const place = (member: string): string => {
    const index = ORDER.indexOf(untagged(member));
    return `${String(index === -1 ? ORDER.length : index).padStart(2, '0')}${member}`;
  };
  const sorted = [...entries].sort(([a], [b]) => (place(a) < place(b) ? -1 : 1));
  return Object.fromEntries(sorted);
}
