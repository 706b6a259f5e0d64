import type { EntityClass } from '@registrar/database';
import { RolloutItemEntity } from './rollout-item.entity.js';
import { RolloutEntity } from './rollout.entity.js';

/** What this noun maps to tables; for the data source alone. */
export const rolloutsEntities: readonly EntityClass[] = [RolloutEntity, RolloutItemEntity];
