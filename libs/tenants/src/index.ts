export { tenantsEntities } from './tenants.entity.js';
export { TenantRecords } from './tenants.records.js';
export { TenantSuspensionService } from './tenant-suspension.service.js';
export { TenantsService } from './tenants.service.js';
export { WorkspacesService } from './workspaces.service.js';
export type { Workspace } from './workspaces.service.js';
export { tenantContactsSchema, tenantMetadataSchema } from './tenant.js';
export type { NewTenant, Tenant, TenantChange, TenantContact, TenantFilter, TenantStatus } from './tenant.js';
