import { textOf, type ClientMetadata } from './client-metadata.js';
import type { JsonObject, JsonValue } from './json-value.js';
import { hitEach, hitWhen, type LintRule } from './linter-rule.js';
import { uriRefusal } from './redirect-uri.js';

const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth'];

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function inlineKeys(document: ClientMetadata): readonly JsonObject[] {
  const set = document['jwks'];
  const keys = isObject(set) ? set['keys'] : undefined;
  return Array.isArray(keys) ? keys.filter(isObject) : [];
}

/** How the client's public keys reach the server. */
export const KEY_RULES: readonly LintRule[] = [
  {
    id: 'keys.missing',
    severity: 'error',
    says: 'The client signs its requests, but the server is given no key to verify them with.',
    mends: 'registrar_operator',
    check: (document) =>
      hitWhen(
        document['token_endpoint_auth_method'] === 'private_key_jwt' &&
          textOf(document, 'jwks_uri') === undefined &&
          inlineKeys(document).length === 0,
        'jwks_uri',
      ),
  },
  {
    id: 'keys.twice',
    severity: 'error',
    says: 'Keys are given inline and by URL: a server takes one or the other, never both.',
    mends: 'registrar_operator',
    check: (document) => hitWhen(document['jwks'] !== undefined && document['jwks_uri'] !== undefined, 'jwks'),
  },
  {
    id: 'keys.uri_not_https',
    severity: 'error',
    says: 'The address of the keys is not https, so anybody on the way could replace them.',
    mends: 'registrar_operator',
    check: (document, { loopbackAllowed }) => {
      const uri = textOf(document, 'jwks_uri');
      return hitWhen(uri !== undefined && uriRefusal(uri, { http: loopbackAllowed ? 'loopback' : 'never' }) !== undefined, 'jwks_uri', uri);
    },
  },
  {
    id: 'keys.uri_not_fetchable',
    severity: 'error',
    says: 'The server cannot fetch the keys from this address, and does not take them inline. Set PUBLIC_URL to one that it can reach.',
    mends: 'registrar_operator',
    check: (document, { jwksUriFetchable }) => hitWhen(document['jwks_uri'] !== undefined && jwksUriFetchable === false, 'jwks_uri'),
  },
  {
    id: 'keys.uri_not_taken',
    severity: 'error',
    says: 'The server reads keys from the registration only, not from an address.',
    mends: 'registrar_operator',
    check: (document, { quirks }) => hitWhen(document['jwks_uri'] !== undefined && !quirks.jwksMode.includes('uri'), 'jwks_uri'),
  },
  {
    id: 'keys.inline_not_taken',
    severity: 'error',
    says: 'The server reads keys from an address only, not from the registration.',
    mends: 'registrar_operator',
    check: (document, { quirks }) => hitWhen(document['jwks'] !== undefined && !quirks.jwksMode.includes('inline'), 'jwks'),
  },
  {
    id: 'keys.private',
    severity: 'error',
    says: 'A key holds private members, which must never leave the vault.',
    mends: 'registrar_operator',
    check: (document) =>
      hitEach('jwks', [...new Set(inlineKeys(document).flatMap((key) => PRIVATE.filter((member) => key[member] !== undefined)))]),
  },
  {
    id: 'keys.kid',
    severity: 'error',
    says: 'A key has no id, or shares it with another: the server could not tell which to verify with.',
    mends: 'registrar_operator',
    check: (document) => {
      const ids = inlineKeys(document).map((key) => key['kid']);
      return hitWhen(ids.some((id) => typeof id !== 'string' || id === '') || new Set(ids).size < ids.length, 'jwks');
    },
  },
];
