import { ENVIRONMENTS, publicId } from '@registrar/database';
import type { InitialAccessToken, NewInitialAccessToken } from '@registrar/ehrs';
import { Secret } from '@registrar/secret';
import { z } from 'zod';
import { idOf, moment, shownId, shownMoment } from '../public-id.dto.js';

const visible = z.string().regex(/^[!-~]{1,8192}$/, 'up to 8192 visible ASCII characters');

/** A token, or the client that fetches one just before it is needed. Neither is ever read back. */
export const newInitialAccessToken = z
  .strictObject({
    value: visible.optional(),
    client_credentials: z.strictObject({ client_id: visible, client_secret: visible, scope: z.string().min(1).max(500) }).optional(),
    uses: z.int().min(1).max(1_000_000).optional().describe('How often the server takes it; left out: as often as it likes'),
    expires_at: moment().optional(),
    tenant_id: idOf('ten').optional().describe('The only hospital that it is for'),
  })
  .refine((body) => (body.value === undefined) !== (body.client_credentials === undefined), {
    message: 'Give either value or client_credentials.',
    path: ['value'],
  });

export type NewInitialAccessTokenBody = z.output<typeof newInitialAccessToken>;

/** Wraps the secret at the edge. */
export function tokenOf(body: NewInitialAccessTokenBody): NewInitialAccessToken {
  const client = body.client_credentials;
  return {
    value: Secret.of(client?.client_secret ?? body.value ?? ''),
    tokenClient: client && { clientId: client.client_id, scope: client.scope },
    maxUses: body.uses,
    expiresAt: body.expires_at,
    tenantId: body.tenant_id,
  };
}

export const shownInitialAccessToken = z.object({
  id: shownId('iat'),
  ehr_id: shownId('ehr'),
  tenant_id: shownId('ten').nullable(),
  environment: z.enum(ENVIRONMENTS),
  kind: z.enum(['static', 'client_credentials']),
  client_credentials: z.object({ client_id: z.string(), scope: z.string() }).nullable(),
  uses: z.int().min(1).max(1_000_000).nullable(),
  used: z.int().min(0).max(2_147_483_647),
  pinned_origin: z.string(),
  status: z
    .enum(['available', 'suspect', 'consumed', 'refused'])
    .describe('suspect: for one use, and sent with a request that the EHR refused; its next use shows whether it still works'),
  expires_at: shownMoment().nullable(),
  expires_at_read_from_token: z.boolean().describe('Nobody stated the expiry: it is what the token says of itself, a hint only'),
  last_used_at: shownMoment().nullable(),
  created_at: shownMoment(),
});

export function showInitialAccessToken(token: InitialAccessToken): z.output<typeof shownInitialAccessToken> {
  const client = token.tokenClient;
  return {
    id: publicId('iat', token.id),
    ehr_id: publicId('ehr', token.ehrId),
    tenant_id: token.tenantId === undefined ? null : publicId('ten', token.tenantId),
    environment: token.environment,
    kind: token.kind,
    client_credentials: client ? { client_id: client.clientId, scope: client.scope } : null,
    uses: token.maxUses ?? null,
    used: token.used,
    pinned_origin: token.pinnedOrigin,
    status: token.status === 'deleted' ? 'consumed' : token.status,
    expires_at: token.expiresAt?.toISOString() ?? null,
    expires_at_read_from_token: token.expiryHinted,
    last_used_at: token.lastUsedAt?.toISOString() ?? null,
    created_at: token.createdAt.toISOString(),
  };
}
