import type { Secret } from '@registrar/secret';
import type { Exchange } from './exchange.js';
import { withoutSuccess } from './management-answer.js';
import type { DeleteOutcome, ReadOutcome } from './management-outcome.js';
import type { Quirks } from './quirk-profile.js';

/**
 * What became of a deletion (RFC 7592 section 2.3, B-10, K-44 to K-46): 204, 200 and the statuses of `quirks.deleteStatus` are a
 * deletion, 202 one that is still to come, 404 and 410 mean that the client was gone already. Never throws.
 */
export function parseDelete(
  exchange: Exchange,
  context: { readonly quirks: Pick<Quirks, 'deleteStatus'>; readonly secrets: readonly Secret[]; readonly now: Date },
): DeleteOutcome {
  const outcome = withoutSuccess(exchange, [200, 202, 204, ...context.quirks.deleteStatus], context);
  if (outcome === undefined) {
    const status = exchange.status ?? 204;
    return { kind: 'deleted', status, confirmed: status !== 202 && !isPage(exchange) };
  }
  // The status line of a deletion says all there is to know, even where the rest of the answer was lost.
  if (outcome.kind === 'unknown' && exchange.kind === 'lost' && (outcome.status === 200 || outcome.status === 204))
    return { kind: 'deleted', status: outcome.status, confirmed: false };
  if (outcome.kind !== 'refused') return outcome;
  const { status, error, description } = outcome;
  if (outcome.reason === 'not_found') return { kind: 'already_gone', status };
  if (outcome.reason === 'method_not_supported') return { kind: 'not_supported', status };
  if (outcome.reason !== 'unauthorized') return outcome;
  return {
    kind: 'ambiguous',
    status,
    ...(error === undefined ? {} : { error }),
    ...(description === undefined ? {} : { description }),
  };
}

/** What a read after a deletion shows (U23): servers that say 204 and keep the client are told from those that mean it. */
export type DeletionVerdict = 'gone' | 'still_there' | 'unconfirmed';

/** Judges the read that follows a deletion of ours: its token is revoked with the client, so that 401 confirms here. */
export function judgeDeletion(read: ReadOutcome): DeletionVerdict {
  if (read.kind === 'accepted') return 'still_there';
  return read.kind === 'refused' && (read.reason === 'unauthorized' || read.reason === 'not_found') ? 'gone' : 'unconfirmed';
}

/** A sign-in page or a proxy's greeting is no server's word about a client. */
function isPage(exchange: Exchange): boolean {
  return (exchange.body?.byteLength ?? 0) > 0 && /^\s*text\/html\b/i.test(exchange.headers?.['content-type'] ?? '');
}
