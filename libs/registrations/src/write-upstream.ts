import type { Transaction } from '@registrar/database';
import type { Change } from './change.js';

interface TokenRow {
  id: string;
  status: string;
  max_uses: number | null;
  used: number;
  expired: boolean;
}

/**
 * Counts the uses of initial access tokens, before anything is sent with them. @returns the changes whose token has no
 * use left, or is gone: another registration was quicker.
 */
export async function takeTokens(
  tx: Transaction,
  changes: readonly Change[],
  now: Date,
): Promise<{ readonly refused: ReadonlySet<Change> }> {
  const refused = new Set<Change>();
  const ids = [...new Set(changes.flatMap((change) => change.initialAccessToken?.id ?? []))].sort();
  if (ids.length === 0) return { refused };
  const rows = await tx.prepared<TokenRow>(
    `SELECT id, status, max_uses, used, coalesce(expires_at <= $2, false) AS expired FROM initial_access_tokens WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE`,
    [ids, now],
  );
  const tokens = new Map(rows.map((row) => [row.id, row]));
  for (const change of changes) {
    const wanted = change.initialAccessToken;
    if (!wanted) continue;
    const token = tokens.get(wanted.id);
    if (!apply(token, wanted.event)) refused.add(change);
  }
  await tx.prepared(
    `UPDATE initial_access_tokens t SET used = i.used, status = i.status, last_used_at = $4
       FROM unnest($1::uuid[], $2::integer[], $3::text[]) AS i (id, used, status) WHERE t.id = i.id`,
    [rows.map((row) => row.id), rows.map((row) => row.used), rows.map((row) => row.status), now],
  );
  return { refused };
}

/** @returns false where a use was wanted and none is left; what comes after the exchange is always noted. */
function apply(token: TokenRow | undefined, event: 'use' | 'return' | 'consume' | 'refuse'): boolean {
  if (event === 'use') {
    if (token?.status !== 'available' || token.expired || (token.max_uses !== null && token.used >= token.max_uses)) return false;
    token.used += 1;
    return true;
  }
  if (!token || token.status === 'deleted') return true;
  if (event === 'return') token.used = Math.max(0, token.used - 1);
  else token.status = event === 'consume' ? 'consumed' : 'refused';
  return true;
}

/** A server that asked for a pause gets it, for this budget, from every worker. */
export async function shutGates(tx: Transaction, changes: readonly Change[]): Promise<void> {
  const gates = changes
    .flatMap((change) => (change.gate ? [change.gate] : []))
    .sort((a, b) => (a.authorizationServerId < b.authorizationServerId ? -1 : 1));
  for (const gate of gates) {
    await tx.prepared(
      `UPDATE upstream_gates SET open_until = greatest(open_until, clock_timestamp() + $3 * interval '1 millisecond'), reason = $4
        WHERE authorization_server_id = $1 AND budget = $2`,
      [gate.authorizationServerId, gate.budget, gate.shutForMs, gate.reason],
    );
  }
}
