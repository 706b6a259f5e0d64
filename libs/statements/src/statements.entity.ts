import type { EntityClass } from '@registrar/database';
import { SoftwareStatementEntity } from './software-statement.entity.js';
import { StatementKeyEntity } from './statement-key.entity.js';

/** What this noun maps to tables; for the data source alone. */
export const statementsEntities: readonly EntityClass[] = [SoftwareStatementEntity, StatementKeyEntity];
