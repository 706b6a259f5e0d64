import type { Transaction } from '@registrar/database';
import type { Change } from './change.js';
import { beginOperations } from './start-operation.js';

/** Begins what follows on an operation that is over, as whoever asked for that one would have. */
export async function followUp(tx: Transaction, changes: readonly Change[], now: Date): Promise<void> {
  const wanted = changes.flatMap(({ registrationId, follow }) => (follow ? [{ registrationId, ...follow }] : []));
  if (wanted.length > 0) await beginOperations(tx, wanted, now);
}
