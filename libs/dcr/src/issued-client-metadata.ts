import { HUMAN_READABLE, untagged, type ClientMetadata } from './client-metadata.js';
import { answerFinding } from './issued-client-finding.js';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.js';
import type { Finding } from './linter-finding.js';
import { storable } from './storable.js';

const LISTS = [
  'redirect_uris',
  'grant_types',
  'response_types',
  'contacts',
  'post_logout_redirect_uris',
  'request_uris',
  'default_acr_values',
];
const TEXTS = [
  ...['scope', 'token_endpoint_auth_method', 'token_endpoint_auth_signing_alg', 'client_name', 'client_uri', 'logo_uri', 'tos_uri'],
  ...['policy_uri', 'jwks_uri', 'software_id', 'software_version', 'software_statement', 'application_type', 'subject_type'],
  ...['sector_identifier_uri', 'initiate_login_uri', 'id_token_signed_response_alg', 'id_token_encrypted_response_alg'],
  ...['id_token_encrypted_response_enc', 'userinfo_signed_response_alg', 'userinfo_encrypted_response_alg'],
  ...['userinfo_encrypted_response_enc', 'request_object_signing_alg', 'request_object_encryption_alg', 'request_object_encryption_enc'],
  ...['backchannel_logout_uri', 'frontchannel_logout_uri'],
];
const OTHERS = [
  ...['default_max_age', 'require_auth_time', 'backchannel_logout_session_required', 'frontchannel_logout_session_required'],
  // What servers say of themselves beside it (RFC 9101, 9126, 9449, 8705).
  ...['require_signed_request_object', 'require_pushed_authorization_requests', 'dpop_bound_access_tokens'],
  ...['tls_client_certificate_bound_access_tokens'],
];
const KNOWN = new Set([...LISTS, ...TEXTS, ...OTHERS, 'jwks']);
const TAKEN_APART = new Set([
  ...[
    'client_id',
    'client_id_issued_at',
    'client_secret',
    'client_secret_expires_at',
    'registration_access_token',
    'registration_access_token_expires_in',
    'registration_client_uri',
    'scopes',
  ],
]);
const RIGHTS = new Set(['redirect_uris', 'grant_types', 'scope', 'token_endpoint_auth_method', 'jwks', 'jwks_uri']);
const PUBLIC_KEY = new Set(['kty', 'kid', 'use', 'key_ops', 'alg', 'crv', 'x', 'y', 'n', 'e', 'x5c', 'x5t', 'x5t#S256', 'x5u']);
const MAX_NAMED = 10;

/**
 * The registered metadata in the types of RFC 7591, whatever forms the server has for them: a bare text for a list, a list
 * for `scope`, `scopes` for `scope`, null for nothing. Members that are neither known nor sent are left out: what a stranger
 * adds could be an endpoint, which is never taken from here, or a secret.
 */
export function readGranted(answer: JsonObject, sent: ClientMetadata, findings: Finding[]): ClientMetadata {
  const granted: Record<string, JsonValue> = {};
  const unknown: string[] = [];
  for (const [member, value] of Object.entries(withScope(answer))) {
    if (value === null || TAKEN_APART.has(member)) continue;
    if (!isKnown(member) && !Object.hasOwn(sent, member)) {
      unknown.push(member);
      continue;
    }
    const read = readMember(untagged(member), value);
    if (read === undefined)
      findings.push(answerFinding(RIGHTS.has(member) ? 'answer.rights_unreadable' : 'answer.member_unreadable', member));
    else granted[member] = storable(read);
    if (read !== undefined && read !== value && member !== 'jwks') findings.push(answerFinding('answer.member_form', member));
  }
  if (granted['scope'] !== undefined && answer['scope'] === undefined) findings.push(answerFinding('answer.member_form', 'scope'));
  if (unknown.length > 0) findings.push(answerFinding('answer.member_unknown', undefined, unknown.slice(0, MAX_NAMED).map(nameFit)));
  return granted;
}

function withScope(answer: JsonObject): JsonObject {
  return answer['scopes'] === undefined || (answer['scope'] ?? null) !== null ? answer : { ...answer, scope: answer['scopes'] };
}

function isKnown(member: string): boolean {
  const name = untagged(member);
  return KNOWN.has(member) || (/^[\w-]+#[\w-]{1,64}$/.test(member) && (HUMAN_READABLE as readonly string[]).includes(name));
}

/** The member in its own type; the same value where it has that already; undefined where it cannot be read. */
function readMember(member: string, value: JsonValue): JsonValue | undefined {
  if (member === 'scope' && isTexts(value)) return value.join(' ');
  if (member === 'jwks') return publicKeys(value);
  if (TEXTS.includes(member)) return typeof value === 'string' ? value : undefined;
  if (OTHERS.includes(member)) return typeof value === 'boolean' || Number.isFinite(value) ? value : undefined;
  if (!LISTS.includes(member)) return value;
  if (typeof value === 'string') return [value];
  return isTexts(value) ? value : undefined;
}

const isTexts = (value: JsonValue): value is readonly string[] => Array.isArray(value) && value.every((entry) => typeof entry === 'string');

function publicKeys(value: JsonValue): JsonValue | undefined {
  const keys = isJsonObject(value) ? value['keys'] : undefined;
  if (!Array.isArray(keys)) return undefined;
  const objects = (keys as readonly JsonValue[]).filter(isJsonObject);
  if (objects.length !== keys.length) return undefined;
  return { keys: objects.map((key) => Object.fromEntries(Object.entries(key).filter(([name]) => PUBLIC_KEY.has(name)))) };
}

const nameFit = (name: string) => name.replace(/[^\w.#:/-]/g, '?').slice(0, 64);
