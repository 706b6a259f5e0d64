import { ROLES, type RoleMapping } from '@registrar/access';
import { ENVIRONMENTS, publicId } from '@registrar/database';
import { z } from 'zod';
import { idOf, shownId, shownMoment } from '../public-id.dto.js';

export const newRoleMapping = z.strictObject({
  group: z.string().trim().min(1).max(256).describe('A value of the claim OIDC_ROLE_CLAIM, exactly as the provider writes it'),
  role: z.enum(ROLES),
  tenant_ids: z.array(idOf('ten')).min(1).max(200).optional().describe('Binds whoever comes by it to these hospitals'),
  application_id: idOf('app').optional(),
  environment: z.enum(ENVIRONMENTS).optional(),
});
export type NewRoleMappingBody = z.output<typeof newRoleMapping>;

export const shownRoleMapping = z.object({
  id: shownId('map'),
  group: z.string(),
  role: z.enum(ROLES),
  tenant_ids: z.array(shownId('ten')).optional(),
  application_id: shownId('app').optional(),
  environment: z.enum(ENVIRONMENTS).optional(),
  created_at: shownMoment(),
});

export function showRoleMapping(mapping: RoleMapping): z.output<typeof shownRoleMapping> {
  return {
    id: publicId('map', mapping.id),
    group: mapping.group,
    role: mapping.role,
    ...(mapping.tenantIds ? { tenant_ids: mapping.tenantIds.map((id) => publicId('ten', id)) } : {}),
    ...(mapping.applicationId === undefined ? {} : { application_id: publicId('app', mapping.applicationId) }),
    ...(mapping.environment ? { environment: mapping.environment } : {}),
    created_at: mapping.createdAt.toISOString(),
  };
}
