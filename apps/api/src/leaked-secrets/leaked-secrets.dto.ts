import { publicId } from '@registrar/database';
import type { LeakedSecretMatch } from '@registrar/registrations';
import { z } from 'zod';
import { shownId, shownMoment } from '../public-id.dto.js';

export const leakedSecret = z.strictObject({
  secret: z
    .string()
    .trim()
    .min(1)
    .max(16_384)
    .describe('The secret as it leaked: a client secret, a registration access token, an initial access token. It is kept nowhere'),
});
export type LeakedSecretBody = z.output<typeof leakedSecret>;

export const shownMatches = z.object({
  matches: z
    .array(
      z.object({
        kind: z.string().describe('What it is, e.g. client_secret or registration_access_token'),
        version: z.int().min(1).max(2_147_483_647),
        stage: z.string().nullable().describe('Of a credential: current, previous, retired …; null for what is none'),
        registration_id: shownId('reg').nullable(),
        tenant_id: shownId('ten').nullable(),
        client_id: z.string().nullable(),
        stored_at: shownMoment(),
      }),
    )
    .describe('Empty where this workspace never held it'),
});

export function showMatches(matches: readonly LeakedSecretMatch[]): z.output<typeof shownMatches> {
  return {
    matches: matches.map((match) => ({
      kind: match.kind,
      version: match.version,
      stage: match.stage,
      registration_id: match.registrationId && publicId('reg', match.registrationId),
      tenant_id: match.tenantId && publicId('ten', match.tenantId),
      client_id: match.clientId,
      stored_at: match.storedAt.toISOString(),
    })),
  };
}
