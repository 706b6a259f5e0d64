import type { Transaction } from '@registrar/database';
import { ensureConnections } from '@registrar/ehrs';
import type { Pair } from './plan.js';
import { registrationProblem } from './registrations.problems.js';

/** A connection by its id, or the pair that it is for. */
export type ConnectionWanted = { readonly connectionId: string } | { readonly tenantId: string; readonly ehrId: string };

/** Finds the connection; makes it where a pair was named, is allowed, and has none yet. */
export async function connectionOf(tx: Transaction, wanted: ConnectionWanted, now: Date): Promise<Pair> {
  if ('connectionId' in wanted) {
    const [row] = await tx.query<{ tenant_id: string; ehr_id: string }>('SELECT tenant_id, ehr_id FROM connections WHERE id = $1', [
      wanted.connectionId,
    ]);
    if (!row) throw registrationProblem('registrations.connection_not_found');
    return { connectionId: wanted.connectionId, tenantId: row.tenant_id, ehrId: row.ehr_id };
  }
  const [made] = await ensureConnections(tx, [wanted], now);
  if (!made) throw registrationProblem('registrations.connection_not_found');
  return { connectionId: made.connectionId, tenantId: made.tenantId, ehrId: made.ehrId };
}
