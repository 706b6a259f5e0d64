import { textsOf, untagged } from './client-metadata.js';
import { isJsonObject, type JsonValue } from './json-value.js';
import type { Quirks } from './quirk-profile.js';
import { scopesBeyond } from './smart-scope-cover.js';
import { splitScope } from './smart-scope.js';

/** How one member stands to what was requested. */
export type MemberClass = 'equal' | 'narrowed' | 'widened' | 'changed' | 'dropped' | 'absent';

const SETS = new Set(['redirect_uris', 'grant_types', 'response_types', 'post_logout_redirect_uris', 'request_uris', 'contacts']);
const PAGES = new Set(['client_uri', 'logo_uri', 'tos_uri', 'policy_uri', 'initiate_login_uri']);
const KEY_MEMBERS = ['kty', 'crv', 'x', 'y', 'n', 'e'];
const NEEDED_GRANT: Readonly<Record<string, string>> = { code: 'authorization_code', token: 'implicit' };

/** Compares one member. `undefined` is a member that is not there; `grants` are the grant types that the client has now. */
export function compareMember(
  member: string,
  requested: JsonValue | undefined,
  granted: JsonValue | undefined,
  grants: readonly string[],
): Exclude<MemberClass, 'absent'> {
  if (requested === undefined && (granted === undefined || isEmpty(granted))) return 'equal';
  if (granted === undefined) return isEmpty(requested) || member.includes('#') ? 'equal' : 'dropped';
  if (member === 'scope') return compareScopes(requested, granted);
  if (member === 'response_types')
    return compareSets(
      texts(requested),
      texts(granted).filter((type) => isLive(type, grants)),
    );
  if (SETS.has(member)) return compareSets(texts(requested), texts(granted));
  if (member === 'jwks') return same(keysOf(requested), keysOf(granted)) ? 'equal' : 'changed';
  if (PAGES.has(untagged(member))) return page(requested) === page(granted) ? 'equal' : 'changed';
  return canonical(requested) === canonical(granted) ? 'equal' : 'changed';
}

/**
 * A value without the attempt's marker, which differs from one attempt to the next and is no difference. Where it is not known
 * which member carries it, both are treated as if they did; a whole software_version can be the marker.
 */
export function withoutMarker(member: string, value: JsonValue | undefined, marker: Quirks['marker'] | undefined): JsonValue | undefined {
  if (marker !== undefined && marker !== member) return value;
  if (member === 'software_version') return undefined;
  return member === 'client_name' && typeof value === 'string' ? value.replace(/ \[ref [^\]]*\]$/, '') : value;
}

function compareScopes(requested: JsonValue | undefined, granted: JsonValue): 'equal' | 'narrowed' | 'widened' {
  const [asked, given] = [
    splitScope(typeof requested === 'string' ? requested : ''),
    splitScope(typeof granted === 'string' ? granted : ''),
  ];
  // What stands on both sides is no difference, even where it is malformed.
  const differing = (some: readonly string[], others: readonly string[]) => some.filter((scope) => !others.includes(scope));
  if (scopesBeyond(differing(given, asked), asked).length > 0) return 'widened';
  return scopesBeyond(differing(asked, given), given).length > 0 ? 'narrowed' : 'equal';
}

function compareSets(requested: readonly string[], granted: readonly string[]): 'equal' | 'narrowed' | 'widened' {
  if (granted.some((entry) => !requested.includes(entry))) return 'widened';
  return requested.some((entry) => !granted.includes(entry)) ? 'narrowed' : 'equal';
}

/** Servers add `code` to clients that have no use for it: without its grant a response type gives no right. */
function isLive(responseType: string, grants: readonly string[]): boolean {
  return responseType.split(' ').every((part) => {
    const needed = NEEDED_GRANT[part];
    return needed === undefined || grants.includes(needed);
  });
}

function isEmpty(value: JsonValue | undefined): boolean {
  return value === '' || (Array.isArray(value) && value.length === 0);
}

function texts(value: JsonValue | undefined): readonly string[] {
  return textsOf({ value: value ?? [] }, 'value');
}

/** The public key material, so that members which a server adds to a key make no other key of it. */
function keysOf(jwks: JsonValue | undefined): readonly string[] {
  const keys = isJsonObject(jwks) && Array.isArray(jwks['keys']) ? (jwks['keys'] as readonly JsonValue[]) : [];
  return keys.map((key) => JSON.stringify(isJsonObject(key) ? KEY_MEMBERS.map((name) => key[name] ?? null) : key)).sort();
}

const same = (left: readonly string[], right: readonly string[]) => left.join('\n') === right.join('\n');

/** Some servers write a page's address in its normal form; redirect URIs are never treated so. */
function page(value: JsonValue | undefined): string {
  return typeof value === 'string' && URL.canParse(value) ? new URL(value).href : canonical(value);
}

function canonical(value: JsonValue | undefined): string {
  if (value === undefined) return '';
  return JSON.stringify(value, (_name, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([left], [right]) => (left < right ? -1 : 1)))
      : each,
  );
}
