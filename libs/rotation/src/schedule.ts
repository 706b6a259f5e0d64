import type { Transaction } from '@registrar/database';
import { dueAt } from './due.js';
import { scheduleInputs } from './schedule-input.repository.js';
import { staleIds, wakeWorkspace, writeSchedule } from './schedule.repository.js';

/**
 * Writes when each of these registrations is due, in the transaction that gave them a new current credential; whatever
 * their number, two statements.
 */
export async function schedulePromoted(tx: Transaction, registrationIds: readonly string[], now: Date): Promise<void> {
  await schedule(tx, registrationIds);
  await wakeWorkspace(tx, now);
}

/** Schedules up to `limit` registrations anew whose policies have changed. @returns how many there were. */
export async function scheduleStale(tx: Transaction, limit: number): Promise<number> {
  const ids = await staleIds(tx, limit);
  await schedule(tx, ids);
  return ids.length;
}

async function schedule(tx: Transaction, registrationIds: readonly string[]): Promise<void> {
  const inputs = await scheduleInputs(tx, registrationIds);
  await writeSchedule(
    tx,
    inputs.map(({ registrationId, input }) => ({ registrationId, at: input ? dueAt(input).at : null })),
  );
}
