import { isTokenParameter } from '@registrar/dcr';
import type { AccessToken, RevealedSecret, SignedAssertion } from '@registrar/registrations';
import { z } from 'zod';
import { idOf, shownMoment } from '../public-id.dto.js';

const line = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[\x20-\x7e]+$/, 'printable ASCII');

export const assertionWanted = z
  .strictObject({
    audience: line(2_000).optional().describe("The EHR's token endpoint or issuer; the former when left out"),
    expires_in: z.int().min(10).max(270).optional().describe('Seconds'),
  })
  .default({});
export type AssertionWanted = z.output<typeof assertionWanted>;

export const tokenWanted = z
  .strictObject({
    scope: line(4_000).optional().describe('Space-delimited; what was granted when left out'),
    resource: line(2_000).optional().describe('RFC 8707'),
    extensions: z
      .record(
        z
          .string()
          .regex(/^[a-z][a-z0-9_-]{0,63}$/)
          .refine((name) => !isTokenParameter(name), 'is set by Registrar itself'),
        line(4_000),
      )
      .optional()
      .describe('Further form members that this EHR wants'),
  })
  .default({});
export type TokenWantedBody = z.output<typeof tokenWanted>;

export const revealWanted = z.strictObject({
  reason: z.string().trim().min(10).max(500).describe('Why; it stands in the audit log before the secret is read'),
});
export type RevealWanted = z.output<typeof revealWanted>;

export const approvedReveal = z.strictObject({ approval_id: idOf('apr').describe('As break-glass answered it') });
export type ApprovedReveal = z.output<typeof approvedReveal>;

export const shownAssertion = z.object({
  client_assertion: z.string(),
  client_assertion_type: z.literal('urn:ietf:params:oauth:client-assertion-type:jwt-bearer'),
  audience: z.string(),
  expires_at: shownMoment(),
});

export function showAssertion({ assertion, audience, expiresAt }: SignedAssertion): z.output<typeof shownAssertion> {
  return {
    client_assertion: assertion.expose(),
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    audience,
    expires_at: expiresAt.toISOString(),
  };
}

export const shownToken = z.object({
  access_token: z.string(),
  token_type: z.string(),
  scope: z.string().nullable(),
  expires_at: shownMoment(),
});

export function showToken({ accessToken, tokenType, scope, expiresAt }: AccessToken): z.output<typeof shownToken> {
  return { access_token: accessToken.expose(), token_type: tokenType, scope: scope ?? null, expires_at: expiresAt.toISOString() };
}

export const shownSecret = z.object({
  client_id: z.string(),
  client_secret: z.string(),
  version: z.int().min(1).max(1_000_000).describe('Fetch anew when an event credential.current names a higher one'),
  expires_at: shownMoment().nullable(),
});

export function showSecret({ clientId, clientSecret, version, expiresAt }: RevealedSecret): z.output<typeof shownSecret> {
  return { client_id: clientId, client_secret: clientSecret.expose(), version, expires_at: expiresAt?.toISOString() ?? null };
}
