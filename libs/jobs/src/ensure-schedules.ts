import { SystemClock } from '@registrar/clock';
import type { Schedule } from './job.js';
import type { BullQueue } from './queue-backend.js';

const MANY = 1_000;
const GRACE_MS = 5_000;
const KEPT = { removeOnComplete: true, removeOnFail: { count: 100 }, stackTraceLimit: 1 } as const;
// The queue keeps wall-clock times, whatever business time is.
const wall = new SystemClock();

/**
 * Makes the queue's recurring jobs what the table says: makes what a flush took, mends what no longer ticks, removes what
 * is no longer declared. Changes nothing where all is well, so it may run at every sweep of every worker.
 */
export async function ensureSchedules(queue: BullQueue, table: readonly Schedule[]): Promise<void> {
  const found = new Map((await queue.getJobSchedulers(0, MANY)).map((scheduler) => [scheduler.key, scheduler]));
  for (const { job, everyMs } of table) {
    const known = found.get(job.name);
    found.delete(job.name);
    const lastTick = wall.now().getTime() - everyMs - GRACE_MS;
    if (known?.every === everyMs && known.next !== undefined && known.next > lastTick) continue;
    await queue.upsertJobScheduler(job.name, { every: everyMs }, { name: job.name, data: {}, opts: KEPT });
  }
  for (const undeclared of found.keys()) await queue.removeJobScheduler(undeclared);
}
