import { publicId } from '@registrar/database';
import { tenantContactsSchema, tenantMetadataSchema, type Tenant } from '@registrar/tenants';
import { z } from 'zod';
import { pageQuery } from '../page.dto.js';
import { shownId, shownMoment } from '../public-id.dto.js';

const externalId = z.string().min(1).max(200).describe("The caller's own id of the hospital; unique within the workspace");

export const newTenant = z.strictObject({
  name: z.string().trim().min(1).max(200),
  external_id: externalId.optional(),
  contacts: tenantContactsSchema.optional(),
  metadata: tenantMetadataSchema.optional(),
});
export type NewTenantBody = z.output<typeof newTenant>;

/** Absent stays; null takes away; contacts and metadata are replaced as a whole. */
export const tenantChange = z.strictObject({
  name: z.string().trim().min(1).max(200).optional(),
  external_id: externalId.nullable().optional(),
  contacts: tenantContactsSchema.optional(),
  metadata: tenantMetadataSchema.optional(),
});
export type TenantChangeBody = z.output<typeof tenantChange>;

const status = z.enum(['active', 'offboarding', 'offboarded']);
export const tenantsQuery = pageQuery.extend({ external_id: externalId.optional(), status: status.optional() });
export type TenantsQuery = z.output<typeof tenantsQuery>;

export const shownTenant = z.object({
  id: shownId('ten'),
  name: z.string(),
  external_id: z.string().nullable(),
  contacts: tenantContactsSchema,
  metadata: z.record(z.string(), z.string()),
  status,
  suspended_at: shownMoment().nullable(),
  created_at: shownMoment(),
  updated_at: shownMoment(),
});

export function showTenant(tenant: Tenant): z.output<typeof shownTenant> {
  return {
    id: publicId('ten', tenant.id),
    name: tenant.name,
    external_id: tenant.externalId ?? null,
    contacts: [...tenant.contacts],
    metadata: { ...tenant.metadata },
    status: tenant.status,
    suspended_at: tenant.suspendedAt?.toISOString() ?? null,
    created_at: tenant.createdAt.toISOString(),
    updated_at: tenant.updatedAt.toISOString(),
  };
}
