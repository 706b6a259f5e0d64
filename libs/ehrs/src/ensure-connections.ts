import type { Transaction } from '@registrar/database';
import { newId } from '@registrar/vault';
import { connectionsAt, makeConnections } from './ensure-connections.repository.js';

/** A hospital and an EHR. */
export interface Pair {
  readonly tenantId: string;
  readonly ehrId: string;
}

export interface EnsuredConnection extends Pair {
  readonly connectionId: string;
  /** Whether this call made it. */
  readonly created: boolean;
}

/**
 * Connects pairs that are not connected yet, by one statement. Pairs that cannot be (the EHR is another hospital's, or one of
 * the two is not the caller's) are not in the answer. Audit entries are left to the caller, who knows why.
 */
export async function ensureConnections(tx: Transaction, pairs: readonly Pair[], now: Date): Promise<EnsuredConnection[]> {
  if (pairs.length === 0) return [];
  const wanted = pairs.map((pair) => ({ ...pair, id: newId() }));
  const rows = await makeConnections(tx, wanted, now);
  const made = new Set(rows.flatMap((row) => (row.created ? [keyOf(row)] : [])));
  // Made by somebody else after this statement's snapshot was taken: a second one sees them.
  const blank = rows.filter((row) => row.connectionId === null && !made.has(keyOf(row)));
  const others = blank.length > 0 ? await connectionsAt(tx, blank) : [];
  const done = rows.flatMap((row) => (row.connectionId === null ? [] : [{ ...row, connectionId: row.connectionId }]));
  return [...done, ...others];
}

function keyOf({ tenantId, ehrId }: Pair): string {
  return `${tenantId}:${ehrId}`;
}
