import type { EntityClass } from '@registrar/database';
import { CheckpointEntity } from './checkpoint.entity.js';
import { CheckpointTurnEntity } from './checkpoint-turn.entity.js';
import { CheckpointedChainEntity } from './checkpointed-chain.entity.js';

/** What this library maps to tables; for the data source alone. */
export const checkpointsEntities: readonly EntityClass[] = [CheckpointEntity, CheckpointedChainEntity, CheckpointTurnEntity];
