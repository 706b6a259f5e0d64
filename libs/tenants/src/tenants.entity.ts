import type { EntityClass } from '@registrar/database';
import { TenantEntity } from './tenant.entity.js';
import { WorkspaceEntity } from './workspace.entity.js';

/** What this noun maps to tables; for the data source alone. */
export const tenantsEntities: readonly EntityClass[] = [WorkspaceEntity, TenantEntity];
