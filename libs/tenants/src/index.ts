export { tenantsEntities } from './tenants.entity.js';
export { tenantContactsSchema, tenantMetadataSchema } from './tenant.js';
export type { NewTenant, Tenant, TenantChange, TenantContact, TenantFilter, TenantStatus } from './tenant.js';
