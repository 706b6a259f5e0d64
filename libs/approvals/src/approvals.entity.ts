import type { EntityClass } from '@registrar/database';
import { ApprovalEntity } from './approval.entity.js';

/** What this noun maps to tables; for the data source alone. */
export const approvalsEntities: readonly EntityClass[] = [ApprovalEntity];
