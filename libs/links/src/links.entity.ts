import type { EntityClass } from '@registrar/database';
import { TenantLinkEntity } from './tenant-link.entity.js';

/** What this library maps to tables; for the data source alone. */
export const linksEntities: readonly EntityClass[] = [TenantLinkEntity];
