import type { EntityClass } from '@registrar/database';
import { ApiKeyIndexEntity } from './api-key-index.entity.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { IdempotencyKeyEntity } from './idempotency-key.entity.js';

/** What this noun maps to tables; for the data source alone. */
export const accessEntities: readonly EntityClass[] = [ApiKeyEntity, ApiKeyIndexEntity, IdempotencyKeyEntity];
