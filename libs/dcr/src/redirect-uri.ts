/** Why a URI is refused. Stable: it is the `code` beside the pointer in a problem. */
export type UriRefusal =
  | 'too_long'
  | 'forbidden_character'
  | 'backslash'
  | 'not_absolute'
  | 'forbidden_scheme'
  | 'https_required'
  | 'user_info'
  | 'encoded_host'
  | 'malformed_host'
  | 'wildcard'
  | 'fragment'
  | 'malformed_encoding'
  | 'dot_segment';

/** The longest URI that is taken, in characters (A09). */
export const MAX_URI_LENGTH = 2000;

const WORDS: Record<UriRefusal, string> = {
  too_long: `The URI is longer than ${MAX_URI_LENGTH} characters.`,
  forbidden_character:
    'The URI holds a character that a URI may not hold: write spaces and other scripts percent-encoded, hosts as punycode.',
  backslash: 'The URI holds a backslash, which browsers and servers read differently.',
  not_absolute: 'The URI is not absolute: it starts with https:// and a host.',
  forbidden_scheme: 'This scheme is never allowed: use https.',
  https_required: 'The URI is not https. Plain http is for loopback addresses outside production only.',
  user_info: 'The URI holds a user name before the host.',
  encoded_host: 'The host is percent-encoded: write it plainly.',
  malformed_host: 'The host is not written in its plain form.',
  wildcard: 'The URI holds a wildcard: servers compare redirect URIs exactly.',
  fragment: 'The URI holds a fragment (#…).',
  malformed_encoding: 'The URI holds a percent sign that is not followed by two hexadecimal digits.',
  dot_segment: 'The path holds a . or .. segment.',
};

const FORBIDDEN_SCHEMES = new Set(['javascript', 'data', 'vbscript', 'file', 'blob', 'about', 'ftp']);
const HOST = /^([a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])(:\d{1,5})?$/i;
const LOOPBACK = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d+)?$/i;
const DOT_SEGMENT = /\/(\.|%2e){1,2}(?=\/|$)/i;

/** What each kind of URI may be beyond plain https. */
export interface UriRules {
  readonly http?: 'never' | 'loopback' | 'always';
  readonly fragment?: boolean;
  readonly wildcard?: boolean;
}

/** A refusal in plain words. */
export function uriRefusalWords(refusal: UriRefusal): string {
  return WORDS[refusal];
}

/** The host and port of an absolute URI as they are written, or `undefined`. */
export function writtenAuthority(uri: string): string | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(uri)?.[1];
}

/** Whether the URI names this machine. */
export function isLoopbackUri(uri: string): boolean {
  return LOOPBACK.test(writtenAuthority(uri) ?? '');
}

/** Judges the bytes of a URI without rewriting them: `new URL(x).href` would not be what the hospital approved. */
export function uriRefusal(uri: string, rules: UriRules = {}): UriRefusal | undefined {
  if (uri.length > MAX_URI_LENGTH) return 'too_long';
  if (uri.includes('\\')) return 'backslash';
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1]?.toLowerCase();
  if (scheme !== undefined && FORBIDDEN_SCHEMES.has(scheme)) return 'forbidden_scheme';
  if (!/^[!-~]+$/.test(uri) || /["<>^`{|}]/.test(uri)) return 'forbidden_character';
  const authority = writtenAuthority(uri);
  if (scheme === undefined || authority === undefined || authority === '') return 'not_absolute';
  if (scheme !== 'https' && !(scheme === 'http' && httpAllowed(uri, rules))) return 'https_required';
  return authorityRefusal(uri, authority) ?? restRefusal(uri, rules);
}

/** {@link uriRefusal} for a redirect URI: https, or http on loopback where that is allowed (A-07, A09, A10, RFC 9700 section 2.1). */
export function redirectUriRefusal(uri: string, at: { readonly loopbackAllowed: boolean }): UriRefusal | undefined {
  return uriRefusal(uri, { http: at.loopbackAllowed ? 'loopback' : 'never' });
}

function httpAllowed(uri: string, rules: UriRules): boolean {
  return rules.http === 'always' || (rules.http === 'loopback' && isLoopbackUri(uri));
}

function authorityRefusal(uri: string, authority: string): UriRefusal | undefined {
  if (authority.includes('@')) return 'user_info';
  if (authority.includes('*')) return 'wildcard';
  if (authority.includes('%')) return 'encoded_host';
  if (!HOST.test(authority) || !URL.canParse(uri)) return 'malformed_host';
  // An IPv4 address in another notation (0x7f.1, 2130706433) is rewritten by the parser: what is written is not where it goes.
  const written = authority.toLowerCase().replace(/:\d+$/, '');
  return new URL(uri).hostname === written ? undefined : 'malformed_host';
}

function restRefusal(uri: string, rules: UriRules): UriRefusal | undefined {
  if (rules.wildcard !== true && uri.includes('*')) return 'wildcard';
  if (rules.fragment !== true && uri.includes('#')) return 'fragment';
  if (/%(?![0-9a-f]{2})/i.test(uri)) return 'malformed_encoding';
  const path = uri.replace(/[?#].*$/, '').slice(uri.indexOf('://') + 3);
  return DOT_SEGMENT.test(path) ? 'dot_segment' : undefined;
}
