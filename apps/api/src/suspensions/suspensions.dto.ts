import { z } from 'zod';

export const suspension = z.strictObject({
  reason: z.string().trim().min(1).max(500).optional().describe('Why; stands in the audit log'),
});
export type SuspensionBody = z.output<typeof suspension>;
