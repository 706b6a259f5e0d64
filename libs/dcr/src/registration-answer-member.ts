import type { ClientMetadata } from './client-metadata.js';

const OFTEN_NAMED = [
  'jwks_uri',
  'jwks',
  'redirect_uris',
  'scope',
  'token_endpoint_auth_method',
  'grant_types',
  'response_types',
  'contacts',
];

/**
 * The member that a server's refusal speaks of: the first of those that were sent, or are often named, that stands in its words
 * as a word of its own, also in camel case (`jwksUri`, as Java servers say). A guess, good enough to offer the other way of
 * handing over keys or to leave out an optional member, never to leave out one that matters.
 */
export function namedMember(words: string, sent: ClientMetadata): string | undefined {
  let found: { member: string; at: number } | undefined;
  for (const member of new Set([...Object.keys(sent), ...OFTEN_NAMED])) {
    const at = firstWord(words, member);
    if (at >= 0 && (found === undefined || at < found.at)) found = { member, at };
  }
  return found?.member;
}

function firstWord(words: string, member: string): number {
  const camel = member.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
  return words.search(new RegExp(`(?<![\\w#-])(?:${escape(member)}|${escape(camel)})(?![\\w#-])`));
}

const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\#-]/g, '\\$&');
