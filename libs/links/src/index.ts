export { Holdings } from './holdings.service.js';
export type { HeldClient, Holding } from './holding.js';
export { Links } from './links.service.js';
export type { TenantLink } from './links.service.js';
export { linksEntities } from './links.entity.js';
