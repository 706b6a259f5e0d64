import type { EntityClass } from '@registrar/database';
import { ApiKeyIndexEntity } from './api-key-index.entity.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { IdempotencyKeyEntity } from './idempotency-key.entity.js';
import { PersonEntity } from './person.entity.js';
import { RoleMappingEntity } from './role-mapping.entity.js';
import { SessionIndexEntity } from './session-index.entity.js';
import { SessionEntity } from './session.entity.js';

/** What this noun maps to tables; for the data source alone. */
export const accessEntities: readonly EntityClass[] = [
  ApiKeyEntity,
  ApiKeyIndexEntity,
  IdempotencyKeyEntity,
  PersonEntity,
  RoleMappingEntity,
  SessionEntity,
  SessionIndexEntity,
];
