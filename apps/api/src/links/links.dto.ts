import { publicId } from '@registrar/database';
import type { TenantLink } from '@registrar/links';
import { z } from 'zod';
import { moment, shownId, shownMoment } from '../public-id.dto.js';

export const linkWanted = z.strictObject({
  expires_at: moment().describe('When it ends; within 366 days'),
  note: z.string().trim().min(1).max(200).optional().describe('Whom it is for; seen here alone'),
});
export type LinkWantedBody = z.output<typeof linkWanted>;

export const shownLink = z.object({
  id: shownId('lnk'),
  tenant_id: shownId('ten'),
  note: z.string().nullable(),
  created_by: z.object({ type: z.string(), id: z.string() }),
  created_at: shownMoment(),
  expires_at: shownMoment(),
  revoked_at: shownMoment().nullable(),
  last_opened_at: shownMoment().nullable(),
});
export const madeLink = shownLink.extend({
  url: z.string().describe('The link; in this answer alone. It opens to whoever has it: send it to the hospital and nowhere else'),
});

export function showLink(link: TenantLink): z.output<typeof shownLink> {
  const { type, id } = link.createdBy;
  return {
    id: publicId('lnk', link.id),
    tenant_id: publicId('ten', link.tenantId),
    note: link.note,
    created_by: { type, id: type === 'api_key' ? publicId('key', id) : id },
    created_at: link.createdAt.toISOString(),
    expires_at: link.expiresAt.toISOString(),
    revoked_at: link.revokedAt?.toISOString() ?? null,
    last_opened_at: link.openedAt?.toISOString() ?? null,
  };
}
