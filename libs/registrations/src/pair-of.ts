import type { Transaction } from '@registrar/database';
import { newId } from '@registrar/vault';
import { connectPairs, pairKey, type Connecting } from './connect-pairs.js';
import type { Pair } from './plan.js';
import { registrationProblem } from './registrations.problems.js';

/** A connection by its id, or the pair that it is for. */
export type ConnectionWanted = { readonly connectionId: string } | { readonly tenantId: string; readonly ehrId: string };

/** Finds the connection. With `connecting`, one that is allowed is made where there is none; without, it is only thought of. */
export async function connectionOf(tx: Transaction, wanted: ConnectionWanted, connecting?: Connecting): Promise<Pair> {
  if ('connectionId' in wanted) {
    const [row] = await tx.query<{ tenant_id: string; ehr_id: string }>('SELECT tenant_id, ehr_id FROM connections WHERE id = $1', [
      wanted.connectionId,
    ]);
    if (!row) throw registrationProblem('registrations.connection_not_found');
    return { connectionId: wanted.connectionId, tenantId: row.tenant_id, ehrId: row.ehr_id };
  }
  const [pair] = await tx.query<{ connectionId: string | null; foreign: boolean }>(PAIR, [wanted.tenantId, wanted.ehrId]);
  if (!pair) throw registrationProblem('registrations.connection_not_found');
  if (pair.foreign) throw registrationProblem('registrations.another_hospitals_ehr');
  const { tenantId, ehrId } = wanted;
  if (pair.connectionId !== null) return { connectionId: pair.connectionId, tenantId, ehrId };
  if (!connecting) return { connectionId: newId(), tenantId, ehrId };
  const made = await connectPairs(tx, [wanted], connecting);
  const connectionId = made.get(pairKey(wanted));
  if (connectionId === undefined) throw registrationProblem('registrations.environment_mismatch');
  return { connectionId, tenantId, ehrId };
}

const PAIR = `
SELECT c.id AS "connectionId", coalesce(e.tenant_id <> t.id, false) AS foreign FROM tenants t CROSS JOIN ehrs e
  LEFT JOIN connections c ON c.workspace_id = t.workspace_id AND c.tenant_id = t.id AND c.ehr_id = e.id
 WHERE t.id = $1 AND e.id = $2`;
