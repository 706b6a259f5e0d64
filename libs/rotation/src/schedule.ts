import type { Transaction } from '@registrar/database';
import { dueAt, type DueInput } from './due.js';
import { openOverlaps } from './overlap.repository.js';
import { scheduleInputs } from './schedule-input.repository.js';
import { staleIds, wakeWorkspace, writeSchedule } from './schedule.repository.js';

/**
 * Writes when each of these registrations is due, and when what it used before goes, in the transaction that gave them a new
 * current credential; whatever their number, a few statements.
 */
export async function schedulePromoted(tx: Transaction, registrationIds: readonly string[], now: Date): Promise<void> {
  const inputs = await schedule(tx, registrationIds);
  await openOverlaps(tx, registrationIds, inputs, now);
  await wakeWorkspace(tx, now);
}

/** Schedules up to `limit` registrations anew whose policies have changed. @returns how many there were. */
export async function scheduleStale(tx: Transaction, limit: number): Promise<number> {
  const ids = await staleIds(tx, limit);
  await schedule(tx, ids);
  return ids.length;
}

async function schedule(tx: Transaction, registrationIds: readonly string[]): Promise<Map<string, DueInput>> {
  const inputs = await scheduleInputs(tx, registrationIds);
  await writeSchedule(
    tx,
    inputs.map(({ registrationId, input }) => ({ registrationId, at: input ? dueAt(input).at : null })),
  );
  return new Map(inputs.flatMap(({ registrationId, input }) => (input ? [[registrationId, input]] : [])));
}
