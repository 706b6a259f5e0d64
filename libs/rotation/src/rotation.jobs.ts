import { defineJob } from '@registrar/jobs';
import { z } from 'zod';

/** Something may be due for rotation: look. What, and for whom, stands in Postgres, so the payload is empty. */
export const rotationsDue = defineJob({ name: 'rotation.due', queue: 'registrations', payload: z.object({}) });
