import { redactWords, type Secret } from '@registrar/secret';
import type { Exchange } from './exchange.js';
import { isJsonObject, type JsonObject } from './json-value.js';
import { MAX_ANSWER_BYTES, MAX_JSON_DEPTH, readJson } from './strict-json.js';

const MAX_ERROR = 128;
const MAX_DESCRIPTION = 512;
// RFC 7591, WSO2 and Hydra, Okta, RFC 9457.
const DESCRIPTIONS = ['error_description', 'message', 'errorSummary', 'description', 'detail'];

/** What a server says about its refusal, fit to be stored and shown. */
export interface ErrorWords {
  readonly error?: string;
  readonly description?: string;
  /** A page of the server's about it (RFC 6749 section 5.2): named to a person, and never opened. */
  readonly errorUri?: string;
}

/**
 * The words of an error answer (RFC 7591 section 3.2.2, RFC 6749 section 5.2), whatever form they have: `error` may hold a
 * sentence, the body plain text, an HTML page or nothing. A page is not quoted. Known secrets are cut out, for servers
 * echo what they were sent; markup goes; 128 and 512 characters stay (A-50, K-55, U14).
 */
export function errorWords(answer: Pick<Exchange, 'headers' | 'body'>, secrets: readonly Secret[]): ErrorWords {
  const body = answer.body;
  if (body === undefined || body.byteLength === 0) return {};
  const members = objectOf(body);
  const plain =
    members === undefined && /^text\/plain\b/i.test(answer.headers?.['content-type'] ?? '') ? Buffer.from(body).toString() : undefined;
  const described = DESCRIPTIONS.map((name) => members?.[name]).find((value) => typeof value === 'string');
  const error = clean(members?.['error'], secrets, MAX_ERROR);
  const description = clean(described ?? plain, secrets, MAX_DESCRIPTION);
  const errorUri = pageOf(clean(members?.['error_uri'], secrets, MAX_DESCRIPTION));
  return {
    ...(error === undefined ? {} : { error }),
    ...(description === undefined ? {} : { description }),
    ...(errorUri === undefined ? {} : { errorUri }),
  };
}

function pageOf(uri: string | undefined): string | undefined {
  return uri !== undefined && /^https?:\/\/[^\s…]+$/.test(uri) && URL.canParse(uri) ? uri : undefined;
}

function objectOf(body: Uint8Array): JsonObject | undefined {
  try {
    const value = readJson(body, { maxBytes: MAX_ANSWER_BYTES, maxDepth: MAX_JSON_DEPTH });
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function clean(value: unknown, secrets: readonly Secret[], maxLength: number): string | undefined {
  if (typeof value !== 'string') return undefined;
  // Secrets are cut out before the markup, which they could hold, and once more after it, which could have split them.
  const bare = redactWords(value, secrets, Infinity)
    .replace(/<[^<>]*>/g, ' ')
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
    .replace(/\p{Surrogate}/gu, '\ufffd');
  const words = redactWords(bare.replace(/ {2,}/g, ' '), secrets, maxLength);
  return words === '' ? undefined : words;
}
