import type { Transaction } from '@registrar/database';
import type { Promoted } from '@registrar/registrations';
import { dueAt } from './due.js';
import { stillCompromised } from './due.repository.js';
import { openOverlaps, replaced } from './overlap.repository.js';
import { scheduleInputs, type ScheduleInput } from './schedule-input.repository.js';
import { hurryWorkspace, staleIds, wakeWorkspace, writeSchedule } from './schedule.repository.js';

/**
 * Says when each of these registrations is due, and writes when what it used before goes, in the transaction that gives them a new
 * current credential; whatever their number, four statements in one round trip. One that shares what was said to be compromised
 * while it was on its way is due at once (H-01).
 */
export async function schedulePromoted(
  tx: Transaction,
  promoted: readonly Promoted[],
  now: Date,
): Promise<ReadonlyMap<string, Date | null>> {
  if (promoted.length === 0) return new Map();
  const reading = scheduleInputs(tx, promoted);
  const replacing = replaced(tx, promoted);
  const compromised = stillCompromised(
    tx,
    promoted.map(({ registrationId }) => registrationId),
  );
  await tx.all([reading, replacing, compromised, wakeWorkspace(tx, now)]);
  const [inputs, urgent] = [await reading, await compromised];
  if (urgent.size > 0) await hurryWorkspace(tx, now);
  await openOverlaps(
    tx,
    await replacing,
    new Map(inputs.flatMap(({ registrationId, input }) => (input ? [[registrationId, input]] : []))),
    now,
  );
  return new Map(inputs.map((each) => [each.registrationId, nextOf(each, urgent, now)]));
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
    inputs.map((each) => ({ registrationId: each.registrationId, at: nextOf(each, urgent, now) })),
  );
  return ids.length;
}

function nextOf({ registrationId, input }: ScheduleInput, urgent: ReadonlySet<string>, now: Date): Date | null {
  if (!input) return null;
  return urgent.has(registrationId) ? now : dueAt(input).at;
}
