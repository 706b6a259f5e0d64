/** Why a request has no answer that may be used. Stable: stored, compared and shown. */
export type OutboundCode =
  | 'invalid_url'
  | 'blocked_address'
  | 'port_refused'
  | 'dns_failed'
  | 'connect_failed'
  | 'tls_failed'
  | 'timeout'
  | 'connection_lost'
  | 'too_large'
  | 'unexpected_encoding'
  | 'redirected'
  | 'malformed_response';

const WORDS: Record<OutboundCode, string> = {
  invalid_url: 'The address is not one that may be called: it must be https, without user info and without fragment',
  blocked_address: 'The address is private, reserved or not allowed',
  port_refused: 'The port is not one that may be called',
  dns_failed: 'The host name could not be resolved',
  connect_failed: 'No connection could be made',
  tls_failed: 'The server could not prove who it is (TLS)',
  timeout: 'There was no whole answer in time',
  connection_lost: 'The connection broke before the whole answer was there',
  too_large: 'The answer is larger than is accepted',
  unexpected_encoding: 'The answer is compressed although that was not asked for',
  redirected: 'The server sent us elsewhere, which is not followed',
  malformed_response: 'The answer is not HTTP',
};

export interface FailureFacts {
  readonly localAddress?: string | undefined;
  readonly status?: number | undefined;
  readonly headers?: Record<string, string> | undefined;
  readonly reason?: string | undefined;
}

/**
 * The one error of this library. The message names no address, so that nobody can map a network with it.
 * `phase` is a fact, not a guess: `before_send` only where not one byte of the request can have left the process.
 */
export class OutboundFailure extends Error {
  override readonly name = 'OutboundFailure';
  /** Our own address of the connection, where there was one: evidence for who looks for an orphan. */
  readonly localAddress?: string;
  /** Set where the headers had arrived. */
  readonly status?: number;
  /** Lower-case; a Location is cut to its origin. */
  readonly headers?: Record<string, string>;
  /** The stack's own word, without an address: `CERT_HAS_EXPIRED`, `ECONNREFUSED`. For operators, not for tenants. */
  readonly reason?: string;

  constructor(
    readonly code: OutboundCode,
    readonly phase: 'before_send' | 'after_send',
    facts: FailureFacts = {},
  ) {
    super(`${WORDS[code]} (${code})`);
    if (facts.localAddress !== undefined) this.localAddress = facts.localAddress;
    if (facts.status !== undefined) this.status = facts.status;
    if (facts.headers !== undefined) this.headers = withoutPath(facts.headers);
    if (facts.reason !== undefined) this.reason = facts.reason;
  }
}

function withoutPath(headers: Record<string, string>): Record<string, string> {
  if (headers.location === undefined) return headers;
  // A query may carry a token; the host is all that a person needs to know where it went.
  return { ...headers, location: URL.canParse(headers.location) ? new URL(headers.location).origin : '(relative)' };
}
