import { Secret } from '@registrar/secret';
import { readAnswerObject } from './answer-object.js';
import type { Exchange } from './exchange.js';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.js';

/** What an answer says beside the metadata: never part of an update (RFC 7592 section 2.2 MUST NOT, B-04). */
export const ISSUED_MEMBERS: ReadonlySet<string> = new Set([
  'client_id',
  'client_secret',
  'client_id_issued_at',
  'client_secret_expires_at',
  'registration_access_token',
  'registration_access_token_expires_in',
  'registration_client_uri',
]);

const PRIVATE_KEY = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth']);

/**
 * The metadata of a client as the server wrote it, whole, with the members that it added: JSON text, without what it issued and
 * without nothings (null and empty texts). It is a `Secret`, because strangers' members may hold anything; only `updateDocument`
 * reads it. Undefined where the exchange is no success with an object, so check the outcome first.
 */
export function representationOf(exchange: Exchange): Secret | undefined {
  if (exchange.kind !== 'answered' || exchange.status === undefined || exchange.status < 200 || exchange.status > 299) return undefined;
  const answer = readAnswerObject(exchange);
  return typeof answer === 'string' ? undefined : Secret.of(JSON.stringify(replaceable(answer)));
}

/** The members of a representation that an update sends back as they are. No private part of a key ever leaves. */
export function replaceable(members: JsonObject): JsonObject {
  const kept = Object.entries(members).filter(([member, value]) => !ISSUED_MEMBERS.has(member) && value !== null && value !== '');
  return withScope(Object.fromEntries(kept.map(([member, value]) => [member, member === 'jwks' ? publicOnly(value) : value])));
}

/** Some servers say `scopes`, a list, in place of `scope`, and take only the latter: without it an update would take it away. */
function withScope(members: JsonObject): JsonObject {
  const { scopes, ...others } = members;
  const texts = Array.isArray(scopes) && scopes.every((scope) => typeof scope === 'string');
  return others['scope'] === undefined && texts ? { ...others, scope: scopes.join(' ') } : members;
}

function publicOnly(jwks: JsonValue): JsonValue {
  if (!isJsonObject(jwks) || !Array.isArray(jwks['keys'])) return jwks;
  const keys = (jwks['keys'] as readonly JsonValue[]).map((key) =>
    isJsonObject(key) ? Object.fromEntries(Object.entries(key).filter(([name]) => !PRIVATE_KEY.has(name))) : key,
  );
  return { ...jwks, keys };
}
