import { textsOf, untagged, type ClientMetadata } from './client-metadata.js';
import { compareMember, withoutMarker, type MemberClass } from './compare-metadata-member.js';
import type { JsonValue } from './json-value.js';
import type { Quirks } from './quirk-profile.js';

/** One member that is not as requested. */
export interface MetadataDifference {
  readonly member: string;
  readonly requested?: JsonValue;
  readonly granted?: JsonValue;
  readonly class: Exclude<MemberClass, 'equal'>;
}

/** Why a client must not become active before somebody looked at it. */
export type ComparisonStop = 'redirect_uris_widened' | 'auth_method_changed' | 'scope_widened' | 'grants_widened';

/** How the granted metadata stands to the requested. */
export interface MetadataComparison {
  /** The gravest difference. `absent`: the server returned no metadata at all; `dropped`: it left members out, no more. */
  readonly class: MemberClass;
  /** The registration's facet: what a server leaves unsaid is no drift. */
  readonly drift: 'none' | 'narrowed' | 'widened' | 'changed';
  readonly differences: readonly MetadataDifference[];
  /** The gravest reason to stop, if any. */
  readonly stop?: ComparisonStop;
}

/** Members that say what the client may do: counted even where they were not requested, for the server added them. */
const RIGHTS = ['redirect_uris', 'token_endpoint_auth_method', 'grant_types', 'scope', 'response_types', 'jwks', 'jwks_uri'];
/** What a server takes a request to mean that leaves these out (RFC 7591 section 2, A-04). */
const DEFAULTS: ClientMetadata = {
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: ['authorization_code'],
  response_types: ['code'],
};
const GRAVITY: readonly MemberClass[] = ['widened', 'changed', 'narrowed', 'dropped'];
const STOPS: readonly (readonly [string, MemberClass, ComparisonStop])[] = [
  ['redirect_uris', 'widened', 'redirect_uris_widened'],
  ['token_endpoint_auth_method', 'changed', 'auth_method_changed'],
  ['grant_types', 'widened', 'grants_widened'],
  ['scope', 'widened', 'scope_widened'],
];

/**
 * Compares what was granted with what was requested (A-35, J-05; RFC 7591 section 3.2.1 lets a server replace any member).
 * Anything more than requested is `widened`, even where something else is missing. Scopes are compared by meaning, so version 1
 * and 2 of the SMART syntax are equal (K-26); lists without regard to order; redirect URIs byte for byte. Defaults that a server
 * adds to what was left open are not listed. The attempt's marker is never a difference, nor are names in other languages a
 * drift where they were dropped (K-73).
 */
export function compareMetadata(
  requested: ClientMetadata,
  granted: ClientMetadata,
  options: { readonly marker?: Quirks['marker'] } = {},
): MetadataComparison {
  const answered = new Map(Object.entries(granted).map(([member, value]) => [canonicalName(member), value]));
  if (![...answered.keys()].some((member) => Object.hasOwn(requested, member) || RIGHTS.includes(member)))
    return { class: 'absent', drift: 'none', differences: [] };
  const differences: MetadataDifference[] = [];
  const asked = new Map(Object.entries({ ...DEFAULTS, ...requested }).map(([member, value]) => [canonicalName(member), value]));
  const grants = textsOf({ ...DEFAULTS, ...requested, ...granted }, 'grant_types');
  for (const member of new Set([...asked.keys(), ...RIGHTS])) {
    const [left, right] = [asked.get(member), answered.get(member)];
    const found = compareMember(member, withoutMarker(member, left, options.marker), withoutMarker(member, right, options.marker), grants);
    if (found === 'equal' || (found === 'dropped' && !Object.hasOwn(requested, member))) continue;
    differences.push({
      member,
      ...(left === undefined ? {} : { requested: left }),
      ...(right === undefined ? {} : { granted: right }),
      class: found,
    });
  }
  return judge(differences);
}

function judge(differences: readonly MetadataDifference[]): MetadataComparison {
  const worst = GRAVITY.find((each) => differences.some((difference) => difference.class === each)) ?? 'equal';
  const drift = worst === 'widened' || worst === 'changed' || worst === 'narrowed' ? worst : 'none';
  const stop = STOPS.find(([member, found]) => differences.some((each) => each.member === member && each.class === found))?.[2];
  return { class: worst, drift, differences, ...(stop === undefined ? {} : { stop }) };
}

/** Language tags are compared without regard to case (RFC 7591 section 2.2). */
function canonicalName(member: string): string {
  const name = untagged(member);
  return name === member ? member : `${name}${member.slice(name.length).toLowerCase()}`;
}
