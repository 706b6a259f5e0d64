import { expiryAlarmsDue, type ExpiryAlarms } from '@registrar/ehrs';
import type { Handlers } from '@registrar/jobs';
import { workDue, type Dispatcher } from '@registrar/registrations';

/** Every job that a worker answers. */
export const JOBS = [workDue, expiryAlarmsDue] as const;

/** A handler for each declared job: where one is missing, this does not compile. */
export function handlers(dispatcher: Dispatcher, alarms: ExpiryAlarms): Handlers<typeof JOBS> {
  return {
    'registrations.work_due': () => {
      dispatcher.ring();
      return Promise.resolve();
    },
    'ehrs.expiry_alarms_due': async () => {
      await alarms.raise();
    },
  };
}
