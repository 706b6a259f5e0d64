import type { Transaction } from '@registrar/database';
import { useTokens } from '@registrar/ehrs';
import type { EventLog } from '@registrar/events';
import type { Change } from './change.js';

/**
 * What the changes do to initial access tokens. @returns the changes whose token has no use left, or is gone: another
 * registration was quicker.
 */
export async function takeTokens(
  tx: Transaction,
  changes: readonly Change[],
  events: EventLog,
  now: Date,
): Promise<{ readonly refused: ReadonlySet<Change> }> {
  const uses = changes.flatMap((change) => (change.initialAccessToken ? [{ ...change.initialAccessToken, change }] : []));
  const refused = await useTokens(tx, uses, events, now);
  return { refused: new Set([...refused].map(({ change }) => change)) };
}

/** A server that refuses many of its clients is left alone for a while, for this budget, by every worker. */
export async function shutGates(tx: Transaction, changes: readonly Change[]): Promise<void> {
  const gates = changes
    .flatMap((change) => (change.gate && change.gate.reason !== 'rate_limited' ? [change.gate] : []))
    .sort((a, b) => (a.authorizationServerId < b.authorizationServerId ? -1 : 1));
  for (const gate of gates) {
    await tx.prepared(
      `UPDATE upstream_gates SET open_until = greatest(open_until, clock_timestamp() + $3 * interval '1 millisecond'), reason = $4
        WHERE authorization_server_id = $1 AND budget = $2`,
      [gate.authorizationServerId, gate.budget, gate.shutForMs, gate.reason],
    );
  }
}
