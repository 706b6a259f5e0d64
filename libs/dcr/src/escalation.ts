import { textOf, textsOf, type ClientMetadata } from './client-metadata.js';
import type { JsonValue } from './json-value.js';
import { parseScope, splitScope } from './smart-scope.js';
import { scopesBeyond } from './smart-scope-cover.js';

export type EscalationKind =
  | 'scope_added'
  | 'write_scope_added' // with a permission to create, update or delete
  | 'offline_access_added'
  | 'grant_added'
  | 'refresh_token_added'
  | 'redirect_uri_added'
  | 'auth_method_weakened'
  | 'jwks_host_changed';

/** One thing that goes beyond what was approved. `from` is the approved value of the member, `to` what would be more. */
export interface Escalation {
  readonly member: string;
  readonly kind: EscalationKind;
  readonly from?: JsonValue;
  readonly to: JsonValue;
}

const DEFAULT_METHOD = 'client_secret_basic';
const DEFAULT_GRANTS = ['authorization_code'];

/**
 * Where a wished document goes beyond an approved one (J-07, J-08): more scopes by meaning, more grant types, more redirect URIs to the
 * byte, a weaker authentication method, keys from another host. Names, logos, pages and contacts never do, nor does less of
 * anything: an empty list needs no approval.
 */
export function escalations(approved: ClientMetadata, desired: ClientMetadata): Escalation[] {
  return [
    ...scopes(approved, desired),
    ...grants(approved, desired),
    ...redirects(approved, desired),
    ...method(approved, desired),
    ...keys(approved, desired),
  ];
}

function scopes(approved: ClientMetadata, desired: ClientMetadata): Escalation[] {
  const beyond = scopesBeyond(splitScope(textOf(desired, 'scope') ?? ''), splitScope(textOf(approved, 'scope') ?? ''));
  return beyond.map((scope) => ({ member: 'scope', kind: scopeKind(scope), from: textOf(approved, 'scope') ?? '', to: scope }));
}

function scopeKind(scope: string): EscalationKind {
  if (scope === 'offline_access') return 'offline_access_added';
  const parsed = parseScope(scope);
  return typeof parsed !== 'string' && /[cud]/.test(parsed.permissions) ? 'write_scope_added' : 'scope_added';
}

function grants(approved: ClientMetadata, desired: ClientMetadata): Escalation[] {
  const [from, to] = [grantsOf(approved), grantsOf(desired)];
  return to
    .filter((grant) => !from.includes(grant))
    .map((grant) => ({ member: 'grant_types', kind: grant === 'refresh_token' ? 'refresh_token_added' : 'grant_added', from, to: grant }));
}

const grantsOf = (metadata: ClientMetadata) => (metadata['grant_types'] === undefined ? DEFAULT_GRANTS : textsOf(metadata, 'grant_types'));

function redirects(approved: ClientMetadata, desired: ClientMetadata): Escalation[] {
  const from = textsOf(approved, 'redirect_uris');
  return textsOf(desired, 'redirect_uris')
    .filter((uri) => !from.includes(uri))
    .map((uri) => ({ member: 'redirect_uris', kind: 'redirect_uri_added', from, to: uri }));
}

function method(approved: ClientMetadata, desired: ClientMetadata): Escalation[] {
  const [from, to] = [approved, desired].map((each) => textOf(each, 'token_endpoint_auth_method') ?? DEFAULT_METHOD) as [string, string];
  const member = 'token_endpoint_auth_method';
  return from !== to && strength(to) < strength(from) ? [{ member, kind: 'auth_method_weakened', from, to }] : [];
}

/** A method that is not known here counts as no authentication at all. */
function strength(name: string): number {
  if (name === 'private_key_jwt') return 2;
  return name.startsWith('client_secret_') ? 1 : 0;
}

function keys(approved: ClientMetadata, desired: ClientMetadata): Escalation[] {
  const [from, to] = [textOf(approved, 'jwks_uri'), textOf(desired, 'jwks_uri')];
  if (from === undefined || to === undefined || originOf(from) === originOf(to)) return [];
  return [{ member: 'jwks_uri', kind: 'jwks_host_changed', from, to }];
}

const originOf = (uri: string) => (URL.canParse(uri) ? new URL(uri).origin : uri);
