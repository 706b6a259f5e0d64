import { describe, expect, it } from 'vitest';
import { decide } from './decide.js';
import type { DueRegistration } from './due.repository.js';
import type { DueInput } from './due.js';
import { DEFAULT_POLICY } from './effective-policy.js';
import type { Line } from './line.js';

const MINUTE = 60_000;
const now = new Date('2026-06-01T12:00:00Z');
const registration = (id: string, more: Partial<DueRegistration> = {}): DueRegistration => ({
  id,
  tenantId: 't',
  ehrId: 'e',
  authorizationServerId: 's',
  held: false,
  busy: false,
  ...more,
});
const line = (more: Partial<Line> = {}): Line => ({ authorizationServerId: 's', inProgress: 0, failed: 0, stopped: false, ...more });
const inputOf = (id: string, more: Partial<DueInput> = {}): [string, DueInput] => [
  id,
  { registrationId: id, since: new Date('2026-03-01T00:00:00Z'), policy: DEFAULT_POLICY, ...more },
];

function decided(
  due: readonly DueRegistration[],
  lines: readonly Line[],
  inputs = due.map(({ id }) => inputOf(id)),
  urgent: readonly string[] = [],
) {
  return decide(due, new Map(inputs), new Map(lines.map((one) => [one.authorizationServerId, one])), now, new Set(urgent));
}
const minutesOf = (at: Date | null | undefined): number => Math.round(((at?.getTime() ?? NaN) - now.getTime()) / MINUTE);

describe('what is due', () => {
  it('starts two at a time at each server, and the rest is looked at again soon, one after the other (H-12)', () => {
    const due = ['a', 'b', 'c', 'd'].map((id) => registration(id));
    const { start, next } = decided(
      [...due, registration('x', { authorizationServerId: 's2' })],
      [line(), line({ authorizationServerId: 's2', inProgress: 2 })],
    );
    expect(start.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(next.map(({ at }) => minutesOf(at))).toEqual([1440, 1440, 0, 0, 0]);
    for (const { at } of next) expect(at?.getTime()).toBeGreaterThan(now.getTime());
  });

  it('waits for its window, and each at a place of its own there', () => {
    const window = { days: ['tue'] as const, from: '01:00', to: '03:00', timeZone: 'UTC' };
    const policy = { ...DEFAULT_POLICY, windows: [window] };
    const { start, next } = decided([registration('a'), registration('b')], [line()], [inputOf('a', { policy }), inputOf('b', { policy })]);
    expect(start).toEqual([]);
    expect(new Set(next.map(({ at }) => at?.toISOString().slice(0, 12)))).toEqual(new Set(['2026-06-02T0']));
    expect(next[0]?.at).not.toEqual(next[1]?.at);
  });

  it('is left alone where somebody stopped it, where another operation runs, and where there is nothing to rotate', () => {
    const due = [registration('held', { held: true }), registration('busy', { busy: true }), registration('none')];
    const { start, next } = decided(due, [line()], [inputOf('held'), inputOf('busy')]);
    expect(start).toEqual([]);
    expect(next.map(({ at }) => at && minutesOf(at))).toEqual([60, 10, null]);
  });

  it('stops at a server where more than a tenth of the last fifty failed, and only there', () => {
    const due = [registration('a'), registration('b', { authorizationServerId: 's2' }), registration('c', { authorizationServerId: 's3' })];
    const lines = [
      line({ failed: 6 }),
      line({ authorizationServerId: 's2', failed: 5 }),
      line({ authorizationServerId: 's3', failed: 9, stopped: true }),
    ];
    const { start, stop } = decided(due, lines);
    expect(stop).toEqual(['s']);
    expect(start.map(({ id }) => id)).toEqual(['b']);
  });

  it('and compromised waits for no window and no line that stands, only for room and for who stopped it (H-01, H-12)', () => {
    const policy = { ...DEFAULT_POLICY, windows: [{ days: ['tue'] as const, from: '01:00', to: '03:00', timeZone: 'UTC' }] };
    const due = [registration('a'), registration('b'), registration('c'), registration('held', { held: true }), registration('calm')];
    const inputs = due.map(({ id }) => inputOf(id, { policy }));
    const { start, next } = decided(due, [line({ stopped: true })], inputs, ['a', 'b', 'c', 'held']);
    expect(start.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(next.slice(2, 4).map(({ at }) => minutesOf(at))).toEqual([0, 60]);
    expect(next[4]?.at?.toISOString()).toMatch(/^2026-06-02T0[12]/);
  });

  it('and compromised begins as soon as what is under way is over (H-01)', () => {
    const { start, next } = decided([registration('a', { busy: true })], [line()], [inputOf('a')], ['a']);
    expect(start).toEqual([]);
    expect(minutesOf(next[0]?.at)).toBe(1);
  });

  it('that comes to nothing is tried again after a day, or sooner where the end is near', () => {
    const expiresAt = new Date(now.getTime() + 240 * MINUTE);
    const { next } = decided([registration('a')], [line()], [inputOf('a', { expiresAt })]);
    expect(minutesOf(next[0]?.at)).toBe(45);
  });
});
