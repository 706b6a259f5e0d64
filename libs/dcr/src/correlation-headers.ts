import { redactWords, Secret } from '@registrar/secret';
import type { Exchange } from './exchange.js';
import { isJsonObject } from './json-value.js';
import { MAX_ANSWER_BYTES, MAX_JSON_DEPTH, readJson } from './strict-json.js';

/** By which a vendor finds the request in its own logs, and `date`, by which its clock is known. */
const NAMES: ReadonlySet<string> = new Set([
  'date',
  'request-id',
  'x-request-id',
  'correlation-id',
  'x-correlation-id',
  'x-transaction-id',
  'x-trace-id',
  'traceparent',
  'x-b3-traceid',
  'x-amzn-requestid',
  'x-amzn-trace-id',
  'x-amz-cf-id',
  'x-ms-request-id',
  'x-azure-ref',
  'x-okta-request-id',
  'x-akamai-request-id',
  'x-vcap-request-id',
  'x-cloud-trace-context',
  'x-kong-request-id',
  'cf-ray',
]);
const MAX_VALUE = 200;
const ISSUED = ['client_secret', 'registration_access_token', 'access_token', 'refresh_token'];

/**
 * The headers of an answer that name it at the vendor, as they may be stored and shown: printable, 200 characters each, without what was
 * sent or issued, whatever a server writes there. Undefined where there are none.
 */
export function correlationHeaders(
  exchange: Pick<Exchange, 'headers' | 'body'>,
  secrets: readonly Secret[],
): Readonly<Record<string, string>> | undefined {
  const named = Object.entries(exchange.headers ?? {}).filter(([name]) => NAMES.has(name));
  if (named.length === 0) return undefined;
  const all = [...secrets, ...issued(exchange.body)];
  return Object.fromEntries(named.map(([name, value]) => [name, redactWords(value, all, MAX_VALUE)]));
}

function issued(body: Uint8Array | undefined): Secret[] {
  if (body === undefined) return [];
  try {
    const value = readJson(body, { maxBytes: MAX_ANSWER_BYTES, maxDepth: MAX_JSON_DEPTH });
    if (!isJsonObject(value)) return [];
    return ISSUED.map((member) => value[member]).flatMap((each) => (typeof each === 'string' ? [Secret.of(each)] : []));
  } catch {
    return [];
  }
}
