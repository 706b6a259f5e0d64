import type { IssuedClient } from './issued-client.js';
import type { Finding } from './linter-finding.js';
import type { Rotates } from './quirk-profile.js';
import type { NotSent, UnknownReason } from './registration-answer-outcome.js';

/** Why a server said no to a request about a client that exists. Permanent for the same request but `rate_limited`. */
export type ManagementRefusalReason =
  | 'unauthorized' // 401: the token is bad or the client is gone (B-09); the probe ladder decides, never a new registration
  | 'forbidden'
  | 'not_found' // 404 or 410: not of the standard, some servers' word for gone
  | 'method_not_supported' // 405 or 501
  | 'metadata_refused'
  | 'secret_unwanted' // the update carried the client secret, and may not (K-35)
  | 'secret_required' // the update did not carry the client secret, and must (K-36)
  | 'rate_limited'
  | 'other';

/** The server said no, definitely: nothing was changed. The words are redacted and fit to be shown. */
export interface ManagementRefusal {
  readonly kind: 'refused';
  readonly reason: ManagementRefusalReason;
  readonly status: number;
  readonly error?: string;
  readonly description?: string;
  readonly errorUri?: string;
  /** With `rate_limited`: 1 s … 24 h, for the whole server. */
  readonly retryAfterMs?: number;
  /** With `metadata_refused`: the member that the words name, where they name one. */
  readonly member?: string;
}

/** It is not known whether anything changed: the token or the secret may have been replaced and lost (B-13, K-33, K-34). */
export interface ManagementUnknown {
  readonly kind: 'unknown';
  readonly because: UnknownReason;
  readonly status?: number;
}

/**
 * The client as the server has it now. `client` holds what the answer gave: a registration access token or a secret is there only
 * where the answer had one, and the registration client URI is the stored one where it had none (B-08).
 */
export interface ManagementAccepted {
  readonly kind: 'accepted';
  readonly client: IssuedClient;
  /** What the answer holds that is not what was held before: persist it before anything else (B-03). */
  readonly rotated: Rotates;
  /** A strong ETag, for the next update (B-15). */
  readonly etag?: string;
  readonly findings: readonly Finding[];
}

/** The answer speaks of another client: nothing of it may be adopted, no token, no secret, no metadata (U22). */
export interface OtherClient {
  readonly kind: 'other_client';
  readonly status: number;
  /** Whom it names; cut to what can be shown. */
  readonly answeredClientId: string;
}

export type ReadOutcome = NotSent | ManagementRefusal | ManagementAccepted | OtherClient | ManagementUnknown;
export type UpdateOutcome = ReadOutcome;

/** What became of a deletion. */
export type DeleteOutcome =
  | NotSent
  /** 200 or 204; not `confirmed` with 202, where the server only takes it on, and where what came back is a web page. */
  | { readonly kind: 'deleted'; readonly status: number; readonly confirmed: boolean }
  /** 404 or 410. */
  | { readonly kind: 'already_gone'; readonly status: number }
  /** 401: the token is bad, or the client is gone and its token with it (B-09); gone for good after a delete that was lost (K-46). */
  | { readonly kind: 'ambiguous'; readonly status: number; readonly error?: string; readonly description?: string }
  /** 405 or 501: only a person at the hospital can remove it (K-45, U24). */
  | { readonly kind: 'not_supported'; readonly status: number }
  | ManagementRefusal
  | ManagementUnknown;
