import type { Transaction } from '@registrar/database';
import { ensureConnections } from '@registrar/ehrs';
import type { Records } from './create-registrations.js';

/** What making connections along the way needs. */
export interface Connecting {
  readonly records: Records;
  readonly now: Date;
}

interface TenantAndEhr {
  readonly tenantId: string;
  readonly ehrId: string;
}

/** The connections of these pairs by `pairKey`, made where there are none; with audit and event for each that is new. */
export async function connectPairs(
  tx: Transaction,
  pairs: readonly TenantAndEhr[],
  { records, now }: Connecting,
): Promise<ReadonlyMap<string, string>> {
  if (pairs.length === 0) return new Map();
  const made = await ensureConnections(tx, pairs, now);
  for (const { connectionId, tenantId, ehrId, created } of made) {
    if (!created) continue;
    const subject = { type: 'connection', id: connectionId } as const;
    records.audit.append(tx, { action: 'connection.create', subject, tenantId, detail: { ehr_id: ehrId } });
    records.events.append(tx, { type: 'connection.created', subject, tenantId });
  }
  return new Map(made.map((connection) => [pairKey(connection), connection.connectionId]));
}

export function pairKey({ tenantId, ehrId }: TenantAndEhr): string {
  return `${tenantId}:${ehrId}`;
}
