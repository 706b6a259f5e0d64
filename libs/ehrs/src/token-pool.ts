import type { Transaction } from '@registrar/database';
import type { EventLog } from '@registrar/events';
import { poolRows, type PooledToken } from './token-pool.repository.js';

/**
 * What happens to a token of a pool (I-02). `use`: reserved, before anything is sent with it. Afterwards one of: `return`
 * (nothing was sent), `turn_away` (429: it was not looked at), `doubt` (another refusal that was not about the token),
 * `accept` (a client was made), `refuse` (the server did not take the token). Where the answer was lost it stays reserved.
 */
export type TokenEvent = 'use' | 'return' | 'turn_away' | 'doubt' | 'accept' | 'refuse';

export interface TokenUse {
  readonly id: string;
  readonly event: TokenEvent;
}

/**
 * Applies uses in their order, all tokens locked by one statement, and raises the alarm of a pool that runs low.
 * @returns the uses that cannot be had: another registration was quicker, or the token is gone.
 */
export async function useTokens<Use extends TokenUse>(
  tx: Transaction,
  uses: readonly Use[],
  events: EventLog,
  now: Date,
): Promise<ReadonlySet<Use>> {
  const refused = new Set<Use>();
  if (uses.length === 0) return refused;
  const tokens = new Map((await poolRows.lock(tx, [...new Set(uses.map((use) => use.id))], now)).map((row) => [row.id, row]));
  for (const use of uses) if (!applyUse(tokens.get(use.id), use.event)) refused.add(use);
  const rows = [...tokens.values()];
  await poolRows.write(tx, rows, now);
  const counted = rows.filter((row) => row.maxUses !== null).map((row) => row.id);
  if (counted.length > 0) await announceLow(tx, counted, events, now);
  return refused;
}

/** @returns false where a use was wanted and none is left; what comes after the exchange is always noted. */
export function applyUse(token: PooledToken | undefined, event: TokenEvent): boolean {
  if (event === 'use') {
    if (!token || token.expired || !USABLE.has(token.status) || (token.maxUses !== null && token.used >= token.maxUses)) return false;
    token.used += 1;
    return true;
  }
  if (!token || !USABLE.has(token.status)) return true;
  const single = token.maxUses === 1;
  // Only what was never sent is surely unused; what is for one use is tried again, what is counted counts as the server may have counted.
  const doubted = single && (event === 'doubt' || event === 'turn_away');
  if (event === 'return' || event === 'turn_away' || doubted) token.used = Math.max(0, token.used - 1);
  if (doubted) token.status = 'suspect';
  // K-15: of a token for one use it is known why it is no longer taken.
  if (event === 'refuse') token.status = single ? 'consumed' : 'refused';
  if (event === 'accept') token.status = token.maxUses !== null && token.used >= token.maxUses ? 'consumed' : 'available';
  return true;
}

const USABLE: ReadonlySet<string> = new Set(['available', 'suspect']);

async function announceLow(tx: Transaction, ids: readonly string[], events: EventLog, now: Date): Promise<void> {
  for (const pool of await poolRows.markLow(tx, ids, now)) {
    const { tenantId, authorizationServerId, ehrId, environment, remaining } = pool;
    const data = { ehr_id: ehrId, authorization_server_id: authorizationServerId, environment, remaining };
    const subject = { type: 'initial_access_token', id: pool.id };
    events.append(tx, { type: 'initial_access_token.low', subject, data, ...(tenantId === null ? {} : { tenantId }) });
  }
}
