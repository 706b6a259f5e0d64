import { isAddressRange, ROLES, type ApiKey } from '@registrar/access';
import { ENVIRONMENTS, publicId } from '@registrar/database';
import { z } from 'zod';
import { idOf, moment, shownId, shownMoment } from '../public-id.dto.js';

export const newApiKey = z.strictObject({
  name: z.string().trim().min(1).max(100),
  role: z.enum(ROLES),
  tenant_ids: z.array(idOf('ten')).min(1).max(200).optional().describe('Binds the key to these hospitals'),
  application_id: idOf('app').optional(),
  environment: z.enum(ENVIRONMENTS).optional(),
  addresses: z
    .array(z.string().max(50).refine(isAddressRange, 'an address or a CIDR, e.g. 192.0.2.0/24'))
    .min(1)
    .max(50)
    .optional()
    .describe('Binds the key to callers at these addresses and CIDRs, IPv4 or IPv6; from elsewhere it is no key'),
  expires_at: moment().optional(),
});
export type NewApiKeyBody = z.output<typeof newApiKey>;

export const shownApiKey = z.object({
  id: shownId('key'),
  name: z.string(),
  role: z.enum(ROLES),
  tenant_ids: z.array(shownId('ten')).optional(),
  application_id: shownId('app').optional(),
  environment: z.enum(ENVIRONMENTS).optional(),
  addresses: z.array(z.string()).optional(),
  last_four: z.string(),
  created_at: shownMoment(),
  expires_at: shownMoment().nullable(),
  last_used_at: shownMoment().nullable().describe('To the minute'),
  revoked_at: shownMoment().nullable(),
});

export const madeApiKey = shownApiKey.extend({ key: z.string().describe('The key itself; shown this once') });

export function showApiKey(key: ApiKey): z.output<typeof shownApiKey> {
  return {
    id: publicId('key', key.id),
    name: key.name,
    role: key.role,
    ...(key.tenantIds ? { tenant_ids: key.tenantIds.map((id) => publicId('ten', id)) } : {}),
    ...(key.applicationId === undefined ? {} : { application_id: publicId('app', key.applicationId) }),
    ...(key.environment ? { environment: key.environment } : {}),
    ...(key.addresses ? { addresses: [...key.addresses] } : {}),
    last_four: key.lastFour,
    created_at: key.createdAt.toISOString(),
    expires_at: key.expiresAt?.toISOString() ?? null,
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
  };
}
