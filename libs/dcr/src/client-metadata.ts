import type { JsonValue } from './json-value.js';

/** Client metadata with its wire names (RFC 7591 section 2, OpenID Connect registration section 2). Never holds a secret. */
export type ClientMetadata = Readonly<Record<string, JsonValue>>;

/** The members that people read; only these may be given in several languages, as `client_name#ja` (RFC 7591 section 2.2, A-11). */
export const HUMAN_READABLE = ['client_name', 'client_uri', 'logo_uri', 'tos_uri', 'policy_uri'] as const;

/** The name before the language tag: `client_name` of `client_name#ja`. */
export function untagged(member: string): string {
  return member.split('#', 1)[0] ?? member;
}

/** A text member, or `undefined` where it is absent or no text. */
export function textOf(metadata: ClientMetadata, member: string): string | undefined {
  const value = metadata[member];
  return typeof value === 'string' ? value : undefined;
}

/** The texts of a list member; a bare text counts as a list of one, anything else as an empty list. */
export function textsOf(metadata: ClientMetadata, member: string): readonly string[] {
  const value = metadata[member];
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];
}

/** Whether a client with this metadata uses the grant type. */
export function hasGrant(metadata: ClientMetadata, grantType: string): boolean {
  return textsOf(metadata, 'grant_types').includes(grantType);
}
