import type { Transaction } from '@registrar/database';
import type { Promoted } from '@registrar/registrations';
import { dueAt } from './due.js';
import { stillCompromised } from './due.repository.js';
import { openOverlaps, replaced } from './overlap.repository.js';
import { scheduleInputs, type ScheduleInput } from './schedule-input.repository.js';
import { staleIds, wakeWorkspace, writeSchedule } from './schedule.repository.js';

/**
 * Says when each of these registrations is due, and writes when what it used before goes, in the transaction that gives them a new
 * current credential; whatever their number, three statements in one round trip.
 */
export async function schedulePromoted(
  tx: Transaction,
  promoted: readonly Promoted[],
  now: Date,
): Promise<ReadonlyMap<string, Date | null>> {
  if (promoted.length === 0) return new Map();
  const reading = scheduleInputs(tx, promoted);
  const replacing = replaced(tx, promoted);
  await tx.all([reading, replacing, wakeWorkspace(tx, now)]);
  const inputs = await reading;
  await openOverlaps(
    tx,
    await replacing,
    new Map(inputs.flatMap(({ registrationId, input }) => (input ? [[registrationId, input]] : []))),
    now,
  );
  return new Map(inputs.map((each) => [each.registrationId, nextOf(each)]));
}

/** Schedules up to `limit` registrations anew whose policies have changed; what is compromised does not wait for its policy. @returns how many there were. */
export async function scheduleStale(tx: Transaction, limit: number, now: Date): Promise<number> {
  const ids = await staleIds(tx, limit);
  const inputs = await scheduleInputs(
    tx,
    ids.map((registrationId) => ({ registrationId })),
  );
  const urgent = await stillCompromised(tx, ids);
  await writeSchedule(
    tx,
    inputs.map((each) => ({ registrationId: each.registrationId, at: each.input && urgent.has(each.registrationId) ? now : nextOf(each) })),
  );
  return ids.length;
}

function nextOf({ input }: ScheduleInput): Date | null {
  return input ? dueAt(input).at : null;
}
