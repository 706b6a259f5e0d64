import type { EntityClass } from '@registrar/database';
import { AuditChainEntity } from './audit-chain.entity.js';
import { AuditEventEntity } from './audit-event.entity.js';

/** What this library maps to tables; for the data source alone. */
export const auditEntities: readonly EntityClass[] = [AuditChainEntity, AuditEventEntity];
