import type { EntityClass } from '@registrar/database';
import { RotationPolicyEntity } from './rotation-policy.entity.js';
import { RotationRunEntity } from './rotation-run.entity.js';

/** What this library maps to tables; for the data source alone. */
export const rotationEntities: readonly EntityClass[] = [RotationPolicyEntity, RotationRunEntity];
