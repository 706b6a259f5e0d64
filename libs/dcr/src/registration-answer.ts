import type { Secret } from '@registrar/secret';
import type { ClientMetadata } from './client-metadata.js';
import type { Exchange } from './exchange.js';
import { answerFinding } from './issued-client-finding.js';
import { isUsableClientId, readIssuedClient } from './issued-client-read.js';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.js';
import type { Finding } from './linter-finding.js';
import type { Quirks } from './quirk-profile.js';
import type { RegistrationOutcome, UnknownReason } from './registration-answer-outcome.js';
import { readRefusal } from './registration-answer-refusal.js';
import { JsonRefused, MAX_ANSWER_BYTES, MAX_JSON_DEPTH, readJson } from './strict-json.js';

/** What the answer is read against. */
export interface RegistrationContext {
  /** The document that was sent. */
  readonly sent: ClientMetadata;
  readonly endpoint: string;
  readonly quirks: Pick<Quirks, 'successStatus'>;
  /** Credentials that went out, to be cut out of what the server repeats. */
  readonly secrets: readonly Secret[];
  readonly now: Date;
}

const RETRYABLE: ReadonlySet<string> = new Set(['dns_failed', 'connect_failed', 'tls_failed', 'timeout', 'connection_lost']);
const MAYBE_DONE: Readonly<Record<number, UnknownReason>> = { 408: 'request_timeout', 409: 'conflict', 425: 'too_early' };

/**
 * What became of a registration request (RFC 7591 sections 3.2.1 and 3.2.2, H-30). A client exists
 * with `accepted`, none with `refused` and `not_sent`, and nobody knows with `unknown`: 408, 409, 425, any 5xx, a lost answer
 * and any success that does not hold a client. Never throws, on whatever bytes. No endpoint is taken from the answer
 * and `Location` is not read.
 */
export function parseRegistration(exchange: Exchange, context: RegistrationContext): RegistrationOutcome {
  const { status, failure } = exchange;
  if (exchange.kind === 'not_sent') {
    const code = failure ?? 'connect_failed';
    return { kind: 'not_sent', code, retryable: RETRYABLE.has(code) };
  }
  if (status === undefined) return { kind: 'unknown', because: failure ?? 'connection_lost' };
  // The status line is the server's word, even where the rest of its answer was lost or too long (U01, U14).
  const maybe = status >= 500 ? 'server_error' : MAYBE_DONE[status];
  if (maybe !== undefined) return { kind: 'unknown', because: maybe, status };
  if (status >= 300) return readRefusal({ ...exchange, status }, context);
  if (exchange.kind === 'lost') return { kind: 'unknown', because: failure ?? 'connection_lost', status };
  // RFC 7591 says 201; 200 is common enough to be taken from anybody (A-30, U02).
  if (status !== 200 && status !== 201 && !context.quirks.successStatus.includes(status))
    return { kind: 'unknown', because: 'status_not_success', status };
  return readSuccess({ ...exchange, status }, context);
}

function readSuccess(exchange: Exchange & { readonly status: number }, context: RegistrationContext): RegistrationOutcome {
  const { status } = exchange;
  const type = exchange.headers?.['content-type'];
  if (type !== undefined && !/^\s*(application|text)\/([\w.-]+\+)?json\s*(;|$)/i.test(type))
    return { kind: 'unknown', because: 'not_json_content', status };
  const answer = readObject(exchange.body ?? new Uint8Array(0));
  if (typeof answer === 'string') return { kind: 'unknown', because: answer, status };
  const clientId = answer['client_id'];
  if (clientId === undefined || clientId === null || clientId === '') return { kind: 'unknown', because: 'client_id_missing', status };
  if (!isUsableClientId(clientId)) return { kind: 'unknown', because: 'client_id_unusable', status };
  const findings = transportFindings(exchange);
  const client = readIssuedClient({ ...answer, client_id: clientId }, context, findings);
  return { kind: 'accepted', client, findings };
}

function readObject(body: Uint8Array): JsonObject | UnknownReason {
  let value: JsonValue;
  try {
    value = readJson(body, { maxBytes: MAX_ANSWER_BYTES, maxDepth: MAX_JSON_DEPTH });
  } catch (error) {
    return error instanceof JsonRefused ? error.code : 'not_json';
  }
  return isJsonObject(value) ? value : 'not_an_object';
}

function transportFindings(exchange: Exchange & { readonly status: number }): Finding[] {
  const findings: Finding[] = [];
  if (exchange.status === 200) findings.push(answerFinding('answer.status_200'));
  if (exchange.headers?.['content-type'] === undefined) findings.push(answerFinding('answer.content_type_missing'));
  if (!/\bno-store\b/i.test(exchange.headers?.['cache-control'] ?? '')) findings.push(answerFinding('answer.cacheable'));
  return findings;
}
