import { Secret } from '@registrar/secret';
import type { Exchange } from './exchange.js';
import { isJsonObject, type JsonValue } from './json-value.js';
import { errorWords } from './registration-answer-words.js';
import { retryAfterMs } from './retry-after.js';
import { parseHttpDate } from './retry-after-date.js';
import { JsonRefused, MAX_ANSWER_BYTES, MAX_JSON_DEPTH, readJson } from './strict-json.js';
import type { TokenOutcome, TokenUnavailable } from './token-endpoint-outcome.js';

const MAX_TOKEN = 64 * 1024;
const MAX_LIFETIME_S = 366 * 86_400;
const TRY_LATER = new Set(['temporarily_unavailable', 'server_error']);

/** Reads the answer of a token endpoint (RFC 6749 sections 5.1 and 5.2). Never throws. `secrets` are those that were sent. */
export function parseToken(exchange: Exchange, secrets: readonly Secret[]): TokenOutcome {
  const { status, failure } = exchange;
  if (status === undefined) return { kind: 'unavailable', code: failure ?? 'connection_lost' };
  const again = retryAfterMs(exchange.headers, exchange.finishedAt);
  const later = (code: TokenUnavailable): TokenOutcome => ({
    kind: 'unavailable',
    code,
    ...(again === undefined ? {} : { retryAfterMs: again }),
  });
  if (status === 429) return later('rate_limited');
  if (status >= 500 || status === 408) return later('server_error');
  if (status >= 300 && status < 400) return later('redirected');
  if (status >= 400) return readError(exchange, status, secrets, later);
  if (exchange.kind === 'lost') return later(failure ?? 'connection_lost');
  return readGrant(exchange, later);
}

function readGrant(exchange: Exchange, later: (code: TokenUnavailable) => TokenOutcome): TokenOutcome {
  let answer: JsonValue;
  try {
    answer = readJson(exchange.body ?? new Uint8Array(0), { maxBytes: MAX_ANSWER_BYTES, maxDepth: MAX_JSON_DEPTH });
  } catch (error) {
    return later(error instanceof JsonRefused ? error.code : 'unreadable_answer');
  }
  if (!isJsonObject(answer)) return later('unreadable_answer');
  const token = answer['access_token'];
  // A token goes into a header: nothing that could end it.
  if (typeof token !== 'string' || token.length > MAX_TOKEN || !/^[\x21-\x7e]+$/.test(token)) return later('unreadable_answer');
  const type = answer['token_type'];
  const lifetimeMs = readLifetime(answer['expires_in']);
  const scope = readScope(answer['scope']);
  return {
    kind: 'granted',
    accessToken: Secret.of(token),
    ...(lifetimeMs === undefined ? {} : { expiresInMs: lifetimeMs }),
    ...(scope === undefined ? {} : { scope }),
    tokenType: typeof type === 'string' && /^[\w-]{1,64}$/.test(type) ? type : 'Bearer',
  };
}

function readError(
  exchange: Exchange,
  status: number,
  secrets: readonly Secret[],
  later: (code: TokenUnavailable) => TokenOutcome,
): TokenOutcome {
  const words = errorWords(exchange, secrets);
  if (words.error !== undefined && TRY_LATER.has(words.error)) return later('server_error');
  const date = parseHttpDate(exchange.headers?.['date']);
  return {
    kind: 'refused',
    error: words.error ?? `http_${status}`,
    ...(words.description === undefined ? {} : { description: words.description }),
    status,
    ...(date === undefined ? {} : { dateSkewMs: date.getTime() - exchange.finishedAt.getTime() }),
  };
}

function readLifetime(value: JsonValue | undefined): number | undefined {
  const seconds = typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : value;
  return typeof seconds === 'number' && seconds > 0 ? Math.floor(Math.min(seconds, MAX_LIFETIME_S) * 1000) : undefined;
}

function readScope(value: JsonValue | undefined): string | undefined {
  const scope = Array.isArray(value) && value.every((entry) => typeof entry === 'string') ? value.join(' ') : value;
  return typeof scope === 'string' && /^[\x20-\x7e]+$/.test(scope) ? scope : undefined;
}
