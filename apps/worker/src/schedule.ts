import { expiryAlarmsDue } from '@registrar/ehrs';
import type { Schedule } from '@registrar/jobs';
import { syncsDue, workDue } from '@registrar/registrations';
import { rotationsDue } from '@registrar/rotation';

/** The recurring jobs. The sweeper makes them again when the queue has lost them. */
export const SCHEDULE: readonly Schedule[] = [
  { job: workDue, everyMs: 60_000 },
  { job: expiryAlarmsDue, everyMs: 300_000 },
  { job: rotationsDue, everyMs: 60_000 },
  { job: syncsDue, everyMs: 600_000 },
];
