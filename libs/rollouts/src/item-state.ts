import type { OperationStatus } from '@registrar/registrations';
import type { ItemState } from './rollout.js';

/** An item with what became of its operation. */
export interface ItemStanding {
  readonly state: ItemState;
  readonly operation: { readonly status: OperationStatus; readonly waitingFor: string | null } | null;
}

/** What does not stand for a place in the line: the hospital's window opens when it opens. */
const OUTSIDE_WINDOW = 'outside_window';

/** Where an item stands: what its operation says, once it has one. An unknown outcome is a failure until somebody resolves it. */
export function stateOf({ state, operation }: ItemStanding): ItemState {
  if (!operation || state === 'skipped' || state === 'pending') return state;
  switch (operation.status) {
    case 'queued':
    case 'running':
      return 'running';
    case 'waiting':
      return operation.waitingFor === OUTSIDE_WINDOW ? 'waiting' : 'running';
    case 'action_required':
      return 'with_person';
    case 'succeeded':
      return 'succeeded';
    case 'failed':
    case 'cancelled':
    case 'outcome_unknown':
      return 'failed';
  }
}
