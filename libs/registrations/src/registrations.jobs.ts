import { defineJob } from '@registrar/jobs';
import { z } from 'zod';

/** The doorbell: there is due work. What and for whom stands in Postgres, so the payload is empty. */
export const workDue = defineJob({ name: 'registrations.work_due', queue: 'registrations', payload: z.object({}) });

/** Clients may be due to be compared: look. */
export const syncsDue = defineJob({ name: 'registrations.syncs_due', queue: 'registrations', payload: z.object({}) });
