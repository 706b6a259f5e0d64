import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueAt, latestStart, type DueInput } from './due.js';
import { DEFAULT_POLICY, effectivePolicy } from './effective-policy.js';
import { openNow } from './openings.js';
import { WEEKDAYS, type EffectivePolicy } from './policy.js';

const DAY = 86_400_000;
const since = new Date('2026-01-01T00:00:00Z');
const after = (days: number): Date => new Date(since.getTime() + days * DAY);
const input = (more: Partial<DueInput> = {}): DueInput => ({ registrationId: 'r', since, policy: DEFAULT_POLICY, ...more });
const daysOf = (due: { at: Date }): number => (due.at.getTime() - since.getTime()) / DAY;

describe('a credential is due (H-08)', () => {
  it('after the policy’s interval, a little earlier by chance of the registration', () => {
    const due = dueAt(input());
    expect(due.because).toBe('interval');
    expect(daysOf(due)).toBeGreaterThan(89);
    expect(daysOf(due)).toBeLessThanOrEqual(90);
    const others = Array.from({ length: 200 }, (_, index) => daysOf(dueAt(input({ registrationId: `r${index}` }))));
    expect(new Set(others).size).toBe(200);
    expect(Math.max(...others) - Math.min(...others)).toBeGreaterThan(0.9);
  });

  it('after two thirds of its life, or the lead before its end, whichever comes first', () => {
    expect(dueAt(input({ expiresAt: after(60) }))).toMatchObject({ because: 'lead' });
    expect(daysOf(dueAt(input({ expiresAt: after(60) })))).toBeLessThanOrEqual(30);
    const short = { ...DEFAULT_POLICY, leadMs: DAY };
    expect(dueAt(input({ expiresAt: after(60), policy: short }))).toMatchObject({ because: 'life' });
    expect(daysOf(dueAt(input({ expiresAt: after(60), policy: short })))).toBeLessThanOrEqual(40);
    expect(daysOf(dueAt(input({ expiresAt: after(365) })))).toBeLessThanOrEqual(90);
  });

  it('not the moment it is made, where its life is shorter than the lead', () => {
    const due = daysOf(dueAt(input({ expiresAt: after(20) })));
    expect(due).toBeGreaterThan(8);
    expect(due).toBeLessThanOrEqual(10);
  });

  it('where the whole client ends of itself, secret or not', () => {
    const client = { since: after(-100), expiresAt: after(50) };
    expect(dueAt(input({ client }))).toMatchObject({ because: 'client_life', at: new Date(0 + dueAt(input({ client })).at.getTime()) });
    expect(daysOf(dueAt(input({ client })))).toBeLessThanOrEqual(20);
  });

  it('in the next opening, each registration at a place of its own there', () => {
    const window = { days: ['sun'] as const, from: '02:00', to: '06:00', timeZone: 'America/Chicago' };
    const policy = { ...DEFAULT_POLICY, windows: [window] };
    const places = Array.from({ length: 100 }, (_, index) => dueAt(input({ registrationId: `r${index}`, policy })).at);
    for (const place of places) expect(openNow(policy, place)).toBe(true);
    expect(new Set(places.map((place) => place.toISOString().slice(0, 10)))).toEqual(new Set(['2026-04-05']));
    expect(new Set(places.map((place) => place.getTime())).size).toBe(100);
  });

  it('in the last opening before its end, where the next would come too late, and says so', () => {
    const freeze = { from: after(25).toISOString(), to: after(70).toISOString() };
    const due = dueAt(input({ expiresAt: after(60), policy: { ...DEFAULT_POLICY, freezes: [freeze] } }));
    expect(due.note).toBe('last_opening_before_expiry');
    expect(daysOf(due)).toBeLessThan(25);
  });

  it('before its end and outside every opening, where there is none, and says so', () => {
    const freeze = { from: after(-1).toISOString(), to: after(70).toISOString() };
    const due = dueAt(input({ expiresAt: after(60), policy: { ...DEFAULT_POLICY, freezes: [freeze] } }));
    expect(due.note).toBe('no_opening_before_expiry');
    expect(daysOf(due)).toBeLessThan(60);
  });
});

const policies: fc.Arbitrary<EffectivePolicy> = fc
  .record({
    interval: fc.integer({ min: 1, max: 400 }),
    lead: fc.integer({ min: 0, max: 90 }),
    days: fc.subarray([...WEEKDAYS], { minLength: 1 }),
    hour: fc.integer({ min: 0, max: 22 }),
    hours: fc.integer({ min: 1, max: 24 }),
    windowed: fc.boolean(),
    frozenFrom: fc.integer({ min: -50, max: 400 }),
    frozenFor: fc.integer({ min: 0, max: 40 }),
  })
  .map((made) => {
    const to = made.hour + made.hours;
    const at = (hour: number) => `${String(hour).padStart(2, '0')}:00`;
    const window = { days: made.days, from: at(made.hour), to: at(to > 24 ? to - 24 : to), timeZone: 'Europe/Paris' };
    return {
      ...DEFAULT_POLICY,
      intervalMs: made.interval * DAY,
      leadMs: made.lead * DAY,
      windows: made.windowed && window.from !== window.to ? [window] : [],
      freezes:
        made.frozenFor > 0
          ? [{ from: after(made.frozenFrom).toISOString(), to: after(made.frozenFrom + made.frozenFor).toISOString() }]
          : [],
    };
  });

describe('whatever the policy, the life and the registration', () => {
  it('it is due after its beginning, before its end, and in an opening unless it says that there is none', () => {
    fc.assert(
      fc.property(policies, fc.option(fc.integer({ min: 1, max: 400 })), fc.uuid(), (policy, life, registrationId) => {
        const one = input({ policy, registrationId, ...(life === null ? {} : { expiresAt: after(life) }) });
        const due = dueAt(one);
        expect(due.at.getTime()).toBeGreaterThanOrEqual(since.getTime());
        if (one.expiresAt) expect(due.at.getTime()).toBeLessThan(one.expiresAt.getTime());
        expect(due.at.getTime()).toBeLessThanOrEqual(latestStart(one));
        if (due.note !== 'no_opening_before_expiry') expect(openNow(policy, due.at)).toBe(true);
        expect(dueAt(one)).toEqual(due);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the policies of hospital, EHR and application', () => {
  it('add up to the most careful of them, in whatever order', () => {
    const window = { days: ['sat'] as const, from: '01:00', to: '05:00', timeZone: 'UTC' };
    const freeze = { from: '2026-12-20T00:00:00Z', to: '2027-01-05T00:00:00Z' };
    const layers = [
      { interval: 'P60D', overlap: 'P7D', window },
      { interval: 'P30D', overlap: 'P40D', soak: 'PT1H', lead: 'P10D', freezes: [freeze] },
      { soak: 'P2D' },
    ];
    const expected = { intervalMs: 30 * DAY, overlapMs: 7 * DAY, soakMs: 2 * DAY, leadMs: 10 * DAY, windows: [window], freezes: [freeze] };
    expect(effectivePolicy(layers)).toEqual(expected);
    expect(effectivePolicy(layers.toReversed())).toEqual(expected);
    expect(effectivePolicy([])).toEqual(DEFAULT_POLICY);
  });

  it('leave an overlap that fits, and a lead that is no longer than the interval', () => {
    expect(effectivePolicy([{ interval: 'PT12H' }])).toMatchObject({ overlapMs: DAY / 4, leadMs: DAY / 2 });
    expect(effectivePolicy([{ interval: 'P1M' }, { overlap: 'P1Y', lead: 'P2Y' }])).toMatchObject({
      overlapMs: 15 * DAY,
      leadMs: 30 * DAY,
    });
  });
});
