export { IMPACTS, ITEM_STATES, OPEN_ROLLOUTS, ROLLOUT_STAGES, ROLLOUT_STATUSES } from './rollout.js';
export type {
  ItemState,
  LeftAlone,
  PlannedItem,
  Rollout,
  RolloutItem,
  RolloutPlan,
  RolloutProblem,
  RolloutStage,
  RolloutStatus,
  RolloutWanted,
  RolloutWithItems,
} from './rollout.js';
export { RolloutRecords } from './rollouts.records.js';
export { Rollouts } from './rollouts.service.js';
export type { RolloutParts } from './rollouts.service.js';
export { RolloutRunner } from './rollout-runner.js';
export { rolloutsEntities } from './rollouts.entity.js';
