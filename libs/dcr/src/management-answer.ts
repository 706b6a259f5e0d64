import { redactWords, type Secret } from '@registrar/secret';
import { labelFindings, readAnswerObject } from './answer-object.js';
import type { ClientMetadata } from './client-metadata.js';
import type { Exchange } from './exchange.js';
import { answerFinding } from './issued-client-finding.js';
import { isUsableClientId, readIssuedClient } from './issued-client-read.js';
import type { JsonObject } from './json-value.js';
import { definiteRefusal } from './management-answer-refusal.js';
import type {
  ManagementAccepted,
  ManagementRefusal,
  ManagementUnknown,
  OtherClient,
  ReadOutcome,
  UpdateOutcome,
} from './management-outcome.js';
import { notSent, type NotSent, type UnknownReason } from './registration-answer-outcome.js';

/** What an answer about a managed client is read against. */
export interface ManagementContext {
  readonly clientId: string;
  /** The document that is wished for: what was asked for last, or with an update the new one. Never the body of the update. */
  readonly sent: ClientMetadata;
  readonly registrationEndpoint: string;
  /** The stored one, kept where the answer has none. */
  readonly registrationClientUri: string;
  /** The credentials that are held: cut out of what the server repeats, and told apart from new ones. */
  readonly secrets: readonly Secret[];
  readonly now: Date;
}

/** The same for an update. */
export interface UpdateContext extends ManagementContext {
  /** Whether the body held the client secret. */
  readonly carriedSecret: boolean;
}

const UPDATED = [200, 201];

/**
 * What became of a read (RFC 7592 sections 2.1 and 3): only 200 with the client in it is a success. Never throws. A lost answer may
 * have taken the token and the secret with it where reads rotate (B-02, U21).
 */
export function parseRead(exchange: Exchange, context: ManagementContext): ReadOutcome {
  return withoutSuccess(exchange, [200], context) ?? readClientAnswer(exchange, context);
}

/**
 * What became of an update (section 2.2). 200 says that it was taken, not that it was applied: compare with `unapplied` (K-37).
 * Never throws. After `unknown` the token and the secret may be others than those that are held (K-33, K-34, U20).
 */
export function parseUpdate(exchange: Exchange, context: UpdateContext): UpdateOutcome {
  return withoutSuccess(exchange, UPDATED, context) ?? readClientAnswer(exchange, context);
}

/** The outcome where there is no success to be read; undefined where there is. Shared with deletions. */
export function withoutSuccess(
  exchange: Exchange,
  successes: readonly number[],
  context: Pick<UpdateContext, 'secrets' | 'now'> & Partial<Pick<UpdateContext, 'sent' | 'carriedSecret'>>,
): NotSent | ManagementRefusal | ManagementUnknown | undefined {
  const { status, failure } = exchange;
  if (exchange.kind === 'not_sent') return notSent(exchange);
  if (status === undefined) return { kind: 'unknown', because: failure ?? 'connection_lost' };
  const refusal = definiteRefusal({ ...exchange, status }, context);
  if (refusal !== undefined) return refusal;
  const maybe = status >= 500 ? 'server_error' : status === 408 ? 'request_timeout' : status === 425 ? 'too_early' : undefined;
  if (maybe !== undefined) return { kind: 'unknown', because: maybe, status };
  if (exchange.kind === 'lost') return { kind: 'unknown', because: failure ?? 'connection_lost', status };
  return successes.includes(status) ? undefined : { kind: 'unknown', because: 'status_not_success', status };
}

function readClientAnswer(exchange: Exchange, context: ManagementContext): ManagementAccepted | OtherClient | ManagementUnknown {
  const { status = 200 } = exchange;
  const unknown = (because: UnknownReason): ManagementUnknown => ({ kind: 'unknown', because, status });
  const answer = readAnswerObject(exchange);
  if (typeof answer === 'string') return unknown(answer);
  const said = answer['client_id'] ?? undefined;
  if (said === undefined && !speaksOfAClient(answer)) return unknown('client_id_missing');
  if (said !== undefined && typeof said !== 'string') return unknown('client_id_unusable');
  if (said !== undefined && said !== context.clientId)
    return isUsableClientId(said)
      ? { kind: 'other_client', status, answeredClientId: redactWords(said, context.secrets) }
      : unknown('client_id_unusable');
  const findings = labelFindings(exchange);
  if (said === undefined) findings.push(answerFinding('answer.client_id_missing', 'client_id'));
  const client = readIssuedClient(
    { ...answer, client_id: context.clientId },
    { ...context, endpoint: context.registrationEndpoint, stored: { registrationClientUri: context.registrationClientUri } },
    findings,
  );
  const isNew = (secret: Secret | undefined) => secret !== undefined && !context.secrets.some((held) => held.expose() === secret.expose());
  const etag = exchange.headers?.['etag'];
  return {
    kind: 'accepted',
    client,
    rotated: { rat: isNew(client.registrationAccessToken), secret: isNew(client.clientSecret) },
    // A weak one never matches (RFC 9110 section 13.1.1).
    ...(etag !== undefined && /^"[\x21\x23-\x7e]{1,200}"$/.test(etag) ? { etag } : {}),
    findings,
  };
}

/** Without its client_id an answer still is about the client of that URI, where it holds a credential or registered metadata. */
function speaksOfAClient(answer: JsonObject): boolean {
  return ['registration_access_token', 'client_secret', 'grant_types', 'redirect_uris', 'token_endpoint_auth_method'].some(
    (member) => (answer[member] ?? undefined) !== undefined,
  );
}
