import type { ItemState, RolloutStage, RolloutStatus } from './rollout.js';

/** Everything that decides on how a roll-out goes on. */
export interface RolloutState {
  readonly status: RolloutStatus;
  readonly stage: RolloutStage;
  readonly failureLimit: number;
  readonly atOnce: number;
  /** Failures that somebody has seen and resumed in spite of. */
  readonly forgiven: number;
  readonly items: readonly { readonly registrationId: string; readonly canary: boolean; readonly state: ItemState }[];
}

export type RolloutAction =
  | { readonly kind: 'start'; readonly registrationIds: readonly string[] }
  | { readonly kind: 'widen' }
  | { readonly kind: 'halt'; readonly code: 'canary_failed' | 'failure_limit'; readonly failed: number }
  | { readonly kind: 'succeed' };

const ENDED: readonly ItemState[] = ['succeeded', 'failed', 'skipped'];

/**
 * What is to be done next; nothing while it does not run. Canaries first; the rest when every canary is through; `atOnce` at a
 * time, where who waits for a person or for a window holds up nobody. A failed canary or one failure past the limit halts it:
 * what is under way ends by itself, nothing more is begun.
 */
export function advance(state: RolloutState): readonly RolloutAction[] {
  if (state.status !== 'running') return [];
  const failed = state.items.filter((item) => item.state === 'failed').length - state.forgiven;
  const canaries = state.items.filter((item) => item.canary);
  if (state.stage === 'canary' && failed > 0) return [{ kind: 'halt', code: 'canary_failed', failed }];
  if (failed > state.failureLimit) return [{ kind: 'halt', code: 'failure_limit', failed }];
  if (state.items.every((item) => ENDED.includes(item.state))) return [{ kind: 'succeed' }];
  const widens = state.stage === 'canary' && canaries.every((item) => ENDED.includes(item.state));
  const line = state.stage === 'canary' && !widens ? canaries : state.items;
  const underWay = state.items.filter((item) => item.state === 'running').length;
  const next = line.filter((item) => item.state === 'pending').slice(0, Math.max(0, state.atOnce - underWay));
  return [
    ...(widens ? [{ kind: 'widen' } as const] : []),
    ...(next.length > 0 ? [{ kind: 'start', registrationIds: next.map((item) => item.registrationId) } as const] : []),
  ];
}
