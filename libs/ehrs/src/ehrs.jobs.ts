import { defineJob } from '@registrar/jobs';
import { z } from 'zod';

/** Looks for tokens and statements whose end is to be announced. What they are stands in Postgres, so the payload is empty. */
export const expiryAlarmsDue = defineJob({ name: 'ehrs.expiry_alarms_due', queue: 'alarms', payload: z.object({}) });
