import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance, type RolloutAction, type RolloutState } from './advance.js';
import { ITEM_STATES, type ItemState } from './rollout.js';

type Item = RolloutState['items'][number];
const item = (registrationId: string, state: ItemState, canary = false): Item => ({ registrationId, state, canary });
const of = (items: readonly Item[], more: Partial<RolloutState> = {}): RolloutState => ({
  status: 'running',
  stage: 'canary',
  failureLimit: 1,
  atOnce: 2,
  forgiven: 0,
  items,
  ...more,
});
const rest = (items: readonly Item[], more: Partial<RolloutState> = {}) => of(items, { stage: 'rest', ...more });

describe('advance', () => {
  it('starts the canaries alone, then the rest once every canary is through', () => {
    const others = ['1', '2', '3'].map((id) => item(id, 'pending'));
    expect(advance(of([item('c', 'pending', true), ...others]))).toEqual([{ kind: 'start', registrationIds: ['c'] }]);
    expect(advance(of([item('c', 'running', true), ...others]))).toEqual([]);
    expect(advance(of([item('c', 'succeeded', true), item('d', 'with_person', true), ...others]))).toEqual([]);
    expect(advance(of([item('c', 'succeeded', true), item('d', 'skipped', true), ...others]))).toEqual([
      { kind: 'widen' },
      { kind: 'start', registrationIds: ['1', '2'] },
    ]);
  });

  it('halts at a failed canary and begins nothing else', () => {
    const items = [item('c', 'failed', true), item('d', 'pending', true), item('1', 'pending')];
    expect(advance(of(items, { failureLimit: 9 }))).toEqual([{ kind: 'halt', code: 'canary_failed', failed: 1 }]);
  });

  it('halts past its failure limit, not at it; what was forgiven does not count', () => {
    const [failed, more] = [item('1', 'failed'), item('2', 'failed')];
    const pending = item('3', 'pending');
    expect(advance(rest([failed, pending]))).toEqual([{ kind: 'start', registrationIds: ['3'] }]);
    expect(advance(rest([failed, more, pending]))).toEqual([{ kind: 'halt', code: 'failure_limit', failed: 2 }]);
    expect(advance(rest([failed, more, pending], { forgiven: 1 }))).toEqual([{ kind: 'start', registrationIds: ['3'] }]);
    expect(advance(rest([failed, pending], { failureLimit: 0 }))).toMatchObject([{ kind: 'halt' }]);
  });

  it('has no more than atOnce under way; a person and a closed window hold up nobody', () => {
    const items = [item('1', 'running'), item('2', 'with_person'), item('3', 'waiting'), item('4', 'pending'), item('5', 'pending')];
    expect(advance(rest(items))).toEqual([{ kind: 'start', registrationIds: ['4'] }]);
    expect(advance(rest([item('0', 'running'), ...items]))).toEqual([]);
  });

  it('has succeeded when nothing is left to be done, and not before', () => {
    expect(advance(rest([item('1', 'succeeded'), item('2', 'failed'), item('3', 'skipped')]))).toEqual([{ kind: 'succeed' }]);
    expect(advance(rest([item('1', 'succeeded'), item('2', 'with_person')]))).toEqual([]);
    expect(advance(of([item('c', 'succeeded', true)]))).toEqual([{ kind: 'succeed' }]);
  });

  it.each(['awaiting_approval', 'paused', 'halted', 'succeeded', 'cancelled', 'superseded'] as const)('does nothing while %s', (status) => {
    expect(advance(of([item('1', 'pending', true)], { status }))).toEqual([]);
  });

  it('whatever the state: starts only what is pending, never past atOnce, and nothing with a halt', () => {
    const items = fc
      .array(fc.record({ state: fc.constantFrom(...ITEM_STATES), canary: fc.boolean() }), { maxLength: 20 })
      .map((list) => list.map((one, index) => ({ ...one, registrationId: String(index) })));
    const state = fc.record({
      status: fc.constant('running' as const),
      stage: fc.constantFrom('canary' as const, 'rest' as const),
      failureLimit: fc.nat(5),
      atOnce: fc.integer({ min: 1, max: 6 }),
      forgiven: fc.nat(3),
      items,
    });
    fc.assert(
      fc.property(state, (given) => {
        const actions = advance(given);
        const started = actions.flatMap((action) => (action.kind === 'start' ? action.registrationIds : []));
        const underWay = given.items.filter((one) => one.state === 'running').length;
        for (const id of started) expect(given.items[Number(id)]?.state).toBe('pending');
        expect(started.length).toBeLessThanOrEqual(Math.max(0, given.atOnce - underWay));
        if (actions.some((action) => action.kind === 'halt' || action.kind === 'succeed')) expect(actions).toHaveLength(1);
      }),
    );
  });

  it('brings every roll-out without failures to its end, canaries before the rest', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 6 }),
        (total, canaries, atOnce) => {
          let state = of(
            Array.from({ length: total }, (_, index) => item(String(index), 'pending', index < canaries)),
            { atOnce },
          );
          const order: string[] = [];
          for (let turn = 0; turn < 4 * total + 4; turn += 1) {
            const actions = advance(state);
            if (actions.some((action) => action.kind === 'succeed')) break;
            for (const action of actions) state = apply(state, action, order);
            // Everything under way ends well.
            state = { ...state, items: state.items.map((one) => (one.state === 'running' ? { ...one, state: 'succeeded' } : one)) };
          }
          expect(state.items.every((one) => one.state === 'succeeded')).toBe(true);
          const first = new Set(order.slice(0, Math.min(canaries, total)));
          expect(state.items.every((one) => first.has(one.registrationId) === one.canary)).toBe(true);
        },
      ),
    );
  });
});

function apply(state: RolloutState, action: RolloutAction, order: string[]): RolloutState {
  if (action.kind === 'widen') return { ...state, stage: 'rest' };
  if (action.kind !== 'start') return state;
  order.push(...action.registrationIds);
  const items = state.items.map((one) =>
    action.registrationIds.includes(one.registrationId) ? { ...one, state: 'running' as const } : one,
  );
  return { ...state, items };
}
