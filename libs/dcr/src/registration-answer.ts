import type { Secret } from '@registrar/secret';
import type { ClientMetadata } from './client-metadata.js';
import { labelFindings, readAnswerObject } from './answer-object.js';
import type { Exchange } from './exchange.js';
import { answerFinding } from './issued-client-finding.js';
import { isUsableClientId, readIssuedClient } from './issued-client-read.js';
import type { Finding } from './linter-finding.js';
import type { Quirks } from './quirk-profile.js';
import { notSent, type RegistrationOutcome, type UnknownReason } from './registration-answer-outcome.js';
import { readRefusal } from './registration-answer-refusal.js';

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

const MAYBE_DONE: Readonly<Record<number, UnknownReason>> = { 408: 'request_timeout', 409: 'conflict', 425: 'too_early' };

/**
 * What became of a registration request (RFC 7591 sections 3.2.1 and 3.2.2, H-30). A client exists
 * with `accepted`, none with `refused` and `not_sent`, and nobody knows with `unknown`: 408, 409, 425, any 5xx, a lost answer
 * and any success that does not hold a client. Never throws, on whatever bytes. No endpoint is taken from the answer
 * and `Location` is not read.
 */
export function parseRegistration(exchange: Exchange, context: RegistrationContext): RegistrationOutcome {
  const { status, failure } = exchange;
  if (exchange.kind === 'not_sent') return notSent(exchange);
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
  const answer = readAnswerObject(exchange);
  if (typeof answer === 'string') return { kind: 'unknown', because: answer, status };
  const clientId = answer['client_id'];
  if (clientId === undefined || clientId === null || clientId === '') return { kind: 'unknown', because: 'client_id_missing', status };
  if (!isUsableClientId(clientId)) return { kind: 'unknown', because: 'client_id_unusable', status };
  const findings = transportFindings(exchange);
  const client = readIssuedClient({ ...answer, client_id: clientId }, context, findings);
  return { kind: 'accepted', client, findings };
}

function transportFindings(exchange: Exchange & { readonly status: number }): Finding[] {
  const findings = labelFindings(exchange);
  if (exchange.status === 200) findings.unshift(answerFinding('answer.status_200'));
  return findings;
}
