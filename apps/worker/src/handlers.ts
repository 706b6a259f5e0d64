import { expiryAlarmsDue, type ExpiryAlarms } from '@registrar/ehrs';
import type { Handlers } from '@registrar/jobs';
import { rotationsDue, type RotationScheduler } from '@registrar/rotation';
import { syncsDue, workDue, type Dispatcher, type SyncScheduler } from '@registrar/registrations';
import type { Beside } from './beside.js';

/** Every job that a worker answers. */
export const JOBS = [workDue, expiryAlarmsDue, rotationsDue, syncsDue] as const;

/** What a worker is there for. */
export interface Duties {
  readonly dispatcher: Dispatcher;
  readonly alarms: ExpiryAlarms;
  readonly rotations: RotationScheduler;
  readonly syncs: SyncScheduler;
  readonly beside: readonly Beside[];
}

/** A handler for each declared job: where one is missing, this does not compile. */
export function handlers({ dispatcher, alarms, rotations, syncs }: Omit<Duties, 'beside'>): Handlers<typeof JOBS> {
  return {
    'registrations.work_due': () => {
      dispatcher.ring();
      return Promise.resolve();
    },
    'ehrs.expiry_alarms_due': async () => {
      await alarms.raise();
    },
    'rotation.due': () => rotations.look(),
    'registrations.syncs_due': () => syncs.look(),
  };
}
