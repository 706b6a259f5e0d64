import type { OutboundCode } from '@registrar/outbound';
import type { Secret } from '@registrar/secret';
import type { JsonRefusal } from './strict-json.js';

/** Why no answer can be had from a token endpoint now; asking again later may help. */
export type TokenUnavailable = OutboundCode | JsonRefusal | 'rate_limited' | 'server_error' | 'unreadable_answer';

/** The server said no. The words are redacted and fit to be shown. */
export interface TokenRefusal {
  readonly kind: 'refused';
  /** The server's code (RFC 6749 section 5.2), or `http_404` where it gave none that can be read. */
  readonly error: string;
  readonly description?: string;
  readonly status: number;
  /** How far the server's clock is ahead of ours, by its Date header; negative: behind. Absent: it sent none. */
  readonly dateSkewMs?: number;
}

/** What became of a token request. */
export type TokenOutcome =
  | {
      readonly kind: 'granted';
      readonly accessToken: Secret;
      /** Absent: the server did not say. */
      readonly expiresInMs?: number;
      /** Absent: as requested (RFC 6749 section 5.1). */
      readonly scope?: string;
      readonly tokenType: string;
    }
  | TokenRefusal
  | { readonly kind: 'unavailable'; readonly code: TokenUnavailable; readonly retryAfterMs?: number };

const SKEW_THAT_MATTERS_MS = 30_000;
const SKEW_BELIEVED_MS = 24 * 3_600_000;

/**
 * By how much to move our time before signing the assertion once more: with `invalid_client` and a Date more than 30 s away
 * (A-82, K-65). Undefined: signing again would change nothing, or the difference is beyond belief (1 day).
 */
export function skewToSignWith(outcome: TokenOutcome): number | undefined {
  if (outcome.kind !== 'refused' || outcome.error !== 'invalid_client' || outcome.dateSkewMs === undefined) return undefined;
  const size = Math.abs(outcome.dateSkewMs);
  return size > SKEW_THAT_MATTERS_MS && size <= SKEW_BELIEVED_MS ? outcome.dateSkewMs : undefined;
}
