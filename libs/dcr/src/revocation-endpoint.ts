import type { Clock } from '@registrar/clock';
import type { OutboundCode } from '@registrar/outbound';
import type { Secret } from '@registrar/secret';
import { authenticationParts, authenticationSecrets } from './client-authentication.js';
import { exchange } from './exchange-send.js';
import type { Outbound } from '@registrar/outbound';
import { errorWords } from './registration-answer-words.js';
import { retryAfterMs } from './retry-after.js';
import { MAX_ANSWER_BYTES } from './strict-json.js';
import type { TokenEndpointCall } from './token-endpoint.js';

/** One token to revoke. `endpoint` is the revocation endpoint. */
export interface RevocationRequest extends TokenEndpointCall {
  readonly token: Secret;
  readonly hint?: 'access_token' | 'refresh_token';
}

/** What became of a revocation. */
export type RevocationOutcome =
  /** Also where the server never knew the token (RFC 7009 section 2.2). */
  | { readonly kind: 'revoked' }
  /** The server revokes no tokens, or none of this type: go on without. */
  | { readonly kind: 'unsupported'; readonly status: number }
  /** No answer to be had now; asking again may help (RFC 7009 section 2.2.1: the token still lives). */
  | { readonly kind: 'unavailable'; readonly code: OutboundCode | 'rate_limited' | 'server_error'; readonly retryAfterMs?: number }
  | { readonly kind: 'refused'; readonly error: string; readonly description?: string; readonly status: number };

/**
 * Revokes a token (RFC 7009), before the client that holds it is deleted: that a deletion ends tokens is only "if possible". Asking
 * twice does no harm.
 */
export async function revokeToken(outbound: Outbound, clock: Clock, request: RevocationRequest): Promise<RevocationOutcome> {
  const proof = authenticationParts(request.authentication);
  const hint = request.hint === undefined ? {} : { token_type_hint: request.hint };
  const answer = await exchange(outbound, clock, {
    method: 'POST',
    url: request.endpoint,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', ...proof.headers },
    body: new URLSearchParams({ token: request.token.expose(), ...hint, ...proof.form }).toString(),
    deadlineMs: request.deadlineMs,
    maxBytes: MAX_ANSWER_BYTES,
    connection: 'reuse',
    followRedirects: 0,
    partition: request.partition,
  });
  const { status, failure } = answer;
  if (status === undefined) return { kind: 'unavailable', code: failure ?? 'connection_lost' };
  if (status === 200 || status === 204) return { kind: 'revoked' };
  if (status === 404 || status === 405 || status === 501) return { kind: 'unsupported', status };
  if (status === 429 || status === 408 || status >= 500) {
    const again = retryAfterMs(answer.headers, answer.finishedAt);
    return {
      kind: 'unavailable',
      code: status === 429 ? 'rate_limited' : 'server_error',
      ...(again === undefined ? {} : { retryAfterMs: again }),
    };
  }
  const words = errorWords(answer, [...authenticationSecrets(request.authentication), request.token]);
  if (words.error === 'unsupported_token_type') return { kind: 'unsupported', status };
  return {
    kind: 'refused',
    error: words.error ?? `http_${status}`,
    status,
    ...(words.description === undefined ? {} : { description: words.description }),
  };
}
