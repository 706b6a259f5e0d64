import type { Behaviour } from './behaviour.js';
import type { Wire } from './client.js';
import { ISSUED_MEMBERS, KNOWN_MEMBERS } from './known-members.js';
import { checkGrants, checkKeys, checkMethod, checkRedirects } from './metadata-checks.js';
import { acceptScope } from './metadata-scope.js';
import { Refusal } from './refusal.js';

const LISTS = ['redirect_uris', 'grant_types', 'response_types', 'contacts', 'post_logout_redirect_uris'];
const TEXTS = [
  'client_name',
  'client_uri',
  'logo_uri',
  'scope',
  'jwks_uri',
  'software_id',
  'software_version',
  'token_endpoint_auth_method',
];

/**
 * What this server makes of the metadata of a registration or update: its defaults, its rules, and what it leaves out.
 * @throws Refusal 400 or 403 with the codes of RFC 7591 section 3.2.2
 */
export function acceptMetadata(behaviour: Behaviour, sent: Wire, product: string): Wire {
  const metadata = withDefaults(known(behaviour, sent, product), behaviour);
  checkShape(metadata);
  checkMethod(behaviour, metadata);
  checkGrants(behaviour, metadata);
  checkRedirects(behaviour, metadata);
  checkKeys(behaviour, metadata);
  acceptScope(behaviour, metadata);
  return metadata;
}

function known(behaviour: Behaviour, sent: Wire, product: string): Wire {
  const { unknownMembers, unknownToo, refusedMembers } = behaviour;
  const kept: Wire = {};
  for (const [name, value] of Object.entries(sent)) {
    if (name === 'client_id' || name === 'client_secret' || (ISSUED_MEMBERS as readonly string[]).includes(name)) continue;
    if (refusedMembers.includes(name)) throw new Refusal(400, 'invalid_client_metadata', `${name} is not for dynamic clients.`);
    const isKnown = KNOWN_MEMBERS.has(name) && !unknownToo.includes(name);
    if (!isKnown && unknownMembers === 'refuse')
      throw new Refusal(400, `Unrecognized field "${name}" (class ${product}.ClientRepresentation), not marked as ignorable`, '');
    if (value !== null && value !== '' && (isKnown || unknownMembers === 'store')) kept[name] = value;
  }
  return kept;
}

/** RFC 7591 section 2: what is assumed of a client that does not say. */
function withDefaults(metadata: Wire, behaviour: Behaviour): Wire {
  const grants = metadata.grant_types ?? ['authorization_code'];
  const launched = Array.isArray(grants) && grants.includes('authorization_code');
  const full: Wire = {
    ...metadata,
    grant_types: grants,
    response_types: metadata.response_types ?? (launched ? ['code'] : []),
    token_endpoint_auth_method: metadata.token_endpoint_auth_method ?? 'client_secret_basic',
  };
  const idle = Array.isArray(full.response_types) && full.response_types.length === 0;
  if (behaviour.addsGrant === 'none' || !idle || launched || !Array.isArray(grants)) return full;
  return { ...full, grant_types: [...(grants as unknown[]), behaviour.addsGrant] };
}

function checkShape(metadata: Wire): void {
  for (const name of LISTS) {
    const value = metadata[name];
    if (value !== undefined && !(Array.isArray(value) && value.every((item) => typeof item === 'string')))
      throw new Refusal(400, 'invalid_client_metadata', `${name} must be a list of strings.`);
  }
  for (const name of TEXTS)
    if (metadata[name] !== undefined && typeof metadata[name] !== 'string')
      throw new Refusal(400, 'invalid_client_metadata', `${name} must be a string.`);
}
