import { z } from 'zod';

export const replacementWanted = z.strictObject({
  reason: z.string().trim().min(1).max(500).describe('Why, and who at the hospital said so; kept in the audit log'),
  accept_new_client_id: z.boolean().optional().describe('Needed where people sign in: another client id ends what users have agreed to'),
});
export type ReplacementBody = z.output<typeof replacementWanted>;
