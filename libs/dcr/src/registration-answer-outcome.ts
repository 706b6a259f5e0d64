import type { OutboundCode } from '@registrar/outbound';
import type { Exchange } from './exchange.js';
import type { IssuedClient } from './issued-client.js';
import type { Finding } from './linter-finding.js';
import type { JsonRefusal } from './strict-json.js';

/** Why a server said no. Each is permanent for the same request but `rate_limited`. */
export type RefusalReason =
  | 'needs_initial_access_token'
  | 'policy'
  | 'registration_disabled'
  | 'method'
  | 'invalid_redirect_uri'
  | 'invalid_client_metadata'
  | 'software_statement'
  | 'unapproved_software'
  | 'rate_limited'
  | 'too_large'
  | 'redirected'
  | 'unclassified';

/** Why it is not known whether a client was made. The first line is what happened on the wire, the rest what the answer was. */
export type UnknownReason =
  | OutboundCode
  | JsonRefusal
  | 'server_error' // any 5xx
  | 'request_timeout' // 408
  | 'conflict' // 409: it may exist already
  | 'too_early' // 425
  | 'status_not_success' // a 2xx or another status that does not say that a client was created
  | 'not_json_content' // a success that is labelled as something else than JSON (U04)
  | 'not_an_object'
  | 'client_id_missing'
  | 'client_id_unusable';

/** The server said no, definitely: no client was made. The words are redacted and fit to be shown. */
export interface Refusal {
  readonly kind: 'refused';
  readonly reason: RefusalReason;
  readonly status: number;
  readonly error?: string;
  readonly description?: string;
  readonly errorUri?: string;
  /** With `rate_limited`: 1 s … 24 h, for the whole server and not only for this registration. */
  readonly retryAfterMs?: number;
  /** The member of the document that the refusal names, where it names one. */
  readonly member?: string;
}

/** No byte can have left: nothing changed upstream. `retryable` unless the address itself is refused. */
export interface NotSent {
  readonly kind: 'not_sent';
  readonly code: OutboundCode;
  readonly retryable: boolean;
}

const RETRYABLE: ReadonlySet<string> = new Set(['dns_failed', 'connect_failed', 'tls_failed', 'timeout', 'connection_lost']);

/** The outcome of an exchange that was not sent. */
export function notSent(exchange: Pick<Exchange, 'failure'>): NotSent {
  const code = exchange.failure ?? 'connect_failed';
  return { kind: 'not_sent', code, retryable: RETRYABLE.has(code) };
}

/** What became of a registration request (H-30). `unknown` is never sent again by itself. */
export type RegistrationOutcome =
  | NotSent
  | Refusal
  | { readonly kind: 'accepted'; readonly client: IssuedClient; readonly findings: readonly Finding[] }
  | { readonly kind: 'unknown'; readonly because: UnknownReason; readonly status?: number };
