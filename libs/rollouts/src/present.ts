import type { RolloutRow } from './rollout.entity.js';
import { stateOf } from './item-state.js';
import type { ItemState, Rollout, RolloutItem } from './rollout.js';
import type { ItemRow } from './rollouts.repository.js';

export function present(row: RolloutRow): Rollout {
  const { id, applicationId, revision, environment, status, stage, failureLimit, atOnce, reason, problem, planHash } = row;
  const { approvalId, requestedBy, createdAt, updatedAt, finishedAt } = row;
  const going = { id, applicationId, revision, environment, status, stage, failureLimit, atOnce, reason, problem, planHash };
  return { ...going, approvalId, requestedBy, createdAt, updatedAt, finishedAt };
}

/** Where an item stands now: what its operation says is newer than what the last advance wrote. */
export function standingOf({ state, operationStatus, waitingFor }: ItemRow): ItemState {
  return stateOf({ state, operation: operationStatus && { status: operationStatus, waitingFor } });
}

export function presentItem(row: ItemRow): RolloutItem {
  const { registrationId, tenantId, tenantName, ehrName, canary, way, impact, operationId, problem } = row;
  return { registrationId, tenantId, tenantName, ehrName, canary, way, impact, state: standingOf(row), operationId, problem };
}
