import { textOf, textsOf, type ClientMetadata } from './client-metadata.js';
import { compareMember } from './compare-metadata-member.js';
import type { JsonValue } from './json-value.js';
import { ISSUED_MEMBERS } from './server-representation.js';

/** An update in the making. */
export interface Merge {
  readonly members: Map<string, JsonValue>;
  readonly changes: Set<string>;
}

/** Applies what is wished to what the server has. */
export function applyDesired(
  merge: Merge,
  wish: { readonly desired: ClientMetadata; readonly requested?: ClientMetadata; readonly marker?: string },
): void {
  const { desired, requested, marker } = wish;
  const grants = textsOf(desired, 'grant_types');
  for (const [member, value] of Object.entries(desired)) {
    if (ISSUED_MEMBERS.has(member) || value === null || value === '') continue;
    if (requested !== undefined && Object.hasOwn(requested, member) && means(member, requested[member], value, grants, marker)) continue;
    const current = merge.members.get(member);
    if (current !== undefined && means(member, value, current, grants, marker)) continue;
    merge.members.set(member, withMarkOf(member, current, value, marker));
    merge.changes.add(member);
    // Some servers say `scopes` in place of `scope`: the old list must not stand beside the new text.
    if (member === 'scope') merge.members.delete('scopes');
  }
  for (const member of Object.keys(requested ?? {})) if (!Object.hasOwn(desired, member)) takeOut(merge, member);
  takeOutContradictions(merge, desired);
}

/** One way of handing over keys, never both; an algorithm only beside a method that signs. */
function takeOutContradictions(merge: Merge, desired: ClientMetadata): void {
  if (desired['jwks_uri'] !== undefined) takeOut(merge, 'jwks');
  else if (desired['jwks'] !== undefined) takeOut(merge, 'jwks_uri');
  const method = textOf(desired, 'token_endpoint_auth_method');
  if (method !== undefined && !method.endsWith('_jwt') && desired['token_endpoint_auth_signing_alg'] === undefined)
    takeOut(merge, 'token_endpoint_auth_signing_alg');
}

function takeOut(merge: Merge, member: string): void {
  if (merge.members.delete(member)) merge.changes.add(member);
}

/** Whether two values of a member mean the same, the marker of the attempt aside. */
function means(
  member: string,
  left: JsonValue | undefined,
  right: JsonValue,
  grants: readonly string[],
  marker: string | undefined,
): boolean {
  const [one, other] = [split(member, left, marker).bare, split(member, right, marker).bare];
  // A meant emptiness is not what a server takes a missing member to mean.
  if (left === undefined) return false;
  return compareMember(member, one, other, grants) === 'equal' && compareMember(member, other, one, grants) === 'equal';
}

function withMarkOf(member: string, current: JsonValue | undefined, value: JsonValue, marker: string | undefined): JsonValue {
  const { bare } = split(member, value, marker);
  const { mark } = split(member, current, marker);
  if (mark === '') return value;
  return typeof bare === 'string' ? `${bare}${mark}` : value;
}

/** The marker as `placeMarker` writes it: ` [ref M]` after a name; `+M` after a version, or the whole of it. */
function split(
  member: string,
  value: JsonValue | undefined,
  marker: string | undefined,
): { readonly bare: JsonValue | undefined; readonly mark: string } {
  if (typeof value !== 'string') return { bare: value, mark: '' };
  if (member === 'client_name') {
    const mark = / \[ref [^\]]*\]$/.exec(value)?.[0] ?? '';
    return { bare: value.slice(0, value.length - mark.length), mark };
  }
  if (member !== 'software_version' || marker === undefined || marker === '') return { bare: value, mark: '' };
  const mark = `+${marker}`;
  if (value === marker) return { bare: undefined, mark };
  return value.endsWith(mark) ? { bare: value.slice(0, -mark.length), mark } : { bare: value, mark: '' };
}
