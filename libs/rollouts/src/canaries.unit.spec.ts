import { describe, expect, it } from 'vitest';
import { chooseCanaries, defaultFailureLimit, type CanaryCandidate } from './canaries.js';
import { stateOf } from './item-state.js';

const candidate = (registrationId: string, more: Partial<CanaryCandidate> = {}): CanaryCandidate => ({
  registrationId,
  environment: 'production',
  way: 'update',
  impact: 'none',
  ...more,
});

describe('the canaries', () => {
  it('are where least is at stake: a sandbox before a test system before production', () => {
    const [production, test, sandbox] = [
      candidate('a'),
      candidate('b', { environment: 'non_production' }),
      candidate('c', { environment: 'sandbox', way: 'portal', impact: 'users_sign_in_again' }),
    ];
    expect([...chooseCanaries([production, test, sandbox], 2)]).toEqual(['c', 'b']);
  });

  it('are those that a machine updates before those that a person does, and what nobody notices first', () => {
    const portal = candidate('a', { way: 'portal' });
    const noticed = candidate('b', { impact: 'users_sign_in_again' });
    const quiet = candidate('c');
    expect([...chooseCanaries([portal, noticed, quiet], 2)]).toEqual(['c', 'b']);
  });

  it('are the same whenever one asks, and never more than there are', () => {
    const candidates = ['b', 'a'].map((id) => candidate(id));
    expect([...chooseCanaries(candidates, 1)]).toEqual(['a']);
    expect(chooseCanaries(candidates, 5).size).toBe(2);
    expect(chooseCanaries([], 1).size).toBe(0);
  });
});

describe('the failure limit', () => {
  it.each([
    [1, 0],
    [9, 0],
    [10, 1],
    [29, 2],
    [30, 3],
    [5_000, 3],
  ])('of %i registrations is %i, where nobody said another', (registrations, limit) => {
    expect(defaultFailureLimit(registrations)).toBe(limit);
  });
});

describe('where an item stands', () => {
  it.each([
    ['queued', 'running'],
    ['running', 'running'],
    ['waiting', 'running'],
    ['action_required', 'with_person'],
    ['succeeded', 'succeeded'],
    ['failed', 'failed'],
    ['cancelled', 'failed'],
    ['outcome_unknown', 'failed'],
  ] as const)('an operation that is %s makes it %s', (status, state) => {
    expect(stateOf({ state: 'running', operation: { status, waitingFor: null } })).toBe(state);
  });

  it('a closed window is no place in the line, and what has no operation stays what it is', () => {
    expect(stateOf({ state: 'running', operation: { status: 'waiting', waitingFor: 'outside_window' } })).toBe('waiting');
    expect(stateOf({ state: 'pending', operation: null })).toBe('pending');
    expect(stateOf({ state: 'skipped', operation: { status: 'failed', waitingFor: null } })).toBe('skipped');
  });
});
