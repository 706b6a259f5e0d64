import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { nextOpening, openNow } from './openings.js';
import { WEEKDAYS, type Freeze, type Window } from './policy.js';

const NEW_YORK = 'America/New_York';
const EVERY_DAY = [...WEEKDAYS];
const window = (from: string, to: string, more: Partial<Window> = {}): Window => ({
  days: EVERY_DAY,
  from,
  to,
  timeZone: NEW_YORK,
  ...more,
});
const policy = (windows: readonly Window[], freezes: readonly Freeze[] = []) => ({ windows, freezes });
const at = (text: string): Date => new Date(text);
const shown = (opening: ReturnType<typeof nextOpening>) => [opening?.from.toISOString(), opening?.to?.toISOString()];

describe('windows', () => {
  it('open and close by the clock on the wall of their time zone', () => {
    const nights = policy([window('22:00', '23:30')]);
    expect(shown(nextOpening(nights, at('2026-06-01T00:00:00Z')))).toEqual(['2026-06-01T02:00:00.000Z', '2026-06-01T03:30:00.000Z']);
    expect(shown(nextOpening(nights, at('2026-12-01T00:00:00Z')))).toEqual(['2026-12-01T03:00:00.000Z', '2026-12-01T04:30:00.000Z']);
    expect(openNow(nights, at('2026-06-01T03:29:59Z'))).toBe(true);
    expect(openNow(nights, at('2026-06-01T03:30:00Z'))).toBe(false);
  });

  it('that end on the next day belong to the day on which they open', () => {
    const saturdays = policy([window('22:00', '04:00', { days: ['sat'] })]);
    // 2026-06-06 is a Saturday.
    expect(shown(nextOpening(saturdays, at('2026-06-03T00:00:00Z')))).toEqual(['2026-06-07T02:00:00.000Z', '2026-06-07T08:00:00.000Z']);
    expect(openNow(saturdays, at('2026-06-06T06:00:00Z'))).toBe(false);
  });

  it('last to the end of the day with 24:00, and for ever where nothing shuts them', () => {
    expect(shown(nextOpening(policy([window('20:00', '24:00')]), at('2026-06-01T12:00:00Z')))).toEqual([
      '2026-06-02T00:00:00.000Z',
      '2026-06-02T04:00:00.000Z',
    ]);
    expect(nextOpening(policy([window('00:00', '24:00')]), at('2026-06-01T12:00:00Z'))).toEqual({ from: at('2026-06-01T12:00:00Z') });
    expect(nextOpening(policy([]), at('2026-06-01T12:00:00Z'))).toEqual({ from: at('2026-06-01T12:00:00Z') });
  });

  it('are not open in an hour that a day lacks, and open earlier by it', () => {
    // 2026-03-08, 02:00 → 03:00 in New York.
    expect(shown(nextOpening(policy([window('02:00', '03:00')]), at('2026-03-08T05:00:00Z')))).toEqual([
      '2026-03-09T06:00:00.000Z',
      '2026-03-09T07:00:00.000Z',
    ]);
    expect(shown(nextOpening(policy([window('02:30', '05:00')]), at('2026-03-08T05:00:00Z')))).toEqual([
      '2026-03-08T07:00:00.000Z',
      '2026-03-08T09:00:00.000Z',
    ]);
    expect(shown(nextOpening(policy([window('01:00', '02:30')]), at('2026-03-08T05:00:00Z')))).toEqual([
      '2026-03-08T06:00:00.000Z',
      '2026-03-08T07:00:00.000Z',
    ]);
  });

  it('are open twice in an hour that a day has twice', () => {
    // 2026-11-01, 02:00 → 01:00 in New York.
    const fold = policy([window('01:15', '01:45')]);
    const first = nextOpening(fold, at('2026-11-01T04:00:00Z'));
    expect(shown(first)).toEqual(['2026-11-01T05:15:00.000Z', '2026-11-01T05:45:00.000Z']);
    expect(shown(nextOpening(fold, first?.to ?? at('')))).toEqual(['2026-11-01T06:15:00.000Z', '2026-11-01T06:45:00.000Z']);
    expect(shown(nextOpening(policy([window('00:30', '03:00')]), at('2026-11-01T04:00:00Z')))).toEqual([
      '2026-11-01T04:30:00.000Z',
      '2026-11-01T08:00:00.000Z',
    ]);
  });

  it('of several policies have all to be open, and freezes are left out', () => {
    const both = policy(
      [window('20:00', '23:00'), window('01:00', '04:00', { timeZone: 'Europe/Berlin', days: ['tue', 'wed'] })],
      [{ from: '2026-06-02T00:00:00Z', to: '2026-06-02T01:00:00Z' }],
    );
    expect(shown(nextOpening(both, at('2026-06-01T00:00:00Z')))).toEqual(['2026-06-02T01:00:00.000Z', '2026-06-02T02:00:00.000Z']);
    const frozen = policy([window('20:00', '23:00')], [{ from: '2026-06-02T01:00:00Z', to: '2026-06-09T01:00:00Z' }]);
    expect(shown(nextOpening(frozen, at('2026-06-02T00:30:00Z')))).toEqual(['2026-06-02T00:30:00.000Z', '2026-06-02T01:00:00.000Z']);
    expect(shown(nextOpening(frozen, at('2026-06-02T01:00:00Z')))).toEqual(['2026-06-09T01:00:00.000Z', '2026-06-09T03:00:00.000Z']);
  });

  it('that are never open together have no opening', () => {
    expect(nextOpening(policy([window('01:00', '02:00'), window('02:00', '03:00')]), at('2026-06-01T00:00:00Z'))).toBeUndefined();
    expect(
      nextOpening(policy([], [{ from: '2026-01-01T00:00:00Z', to: '2030-01-01T00:00:00Z' }]), at('2026-06-01T00:00:00Z')),
    ).toBeUndefined();
  });
});

const minutes = fc.integer({ min: 0, max: 1_439 });
const time = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
const windows = fc
  .record({
    days: fc.subarray(EVERY_DAY, { minLength: 1 }),
    from: minutes,
    length: fc.integer({ min: 1, max: 1_439 }),
    timeZone: fc.constantFrom('UTC', NEW_YORK, 'Europe/London', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Apia'),
  })
  .map(({ days, from, length, timeZone }): Window => ({ days, from: time(from), to: time((from + length) % 1_440), timeZone }));
const moments = fc.date({ min: at('2026-01-01T00:00:00Z'), max: at('2027-12-31T00:00:00Z'), noInvalidDate: true });

/** What luxon says that the clock on the wall shows, minute by minute: the slow truth. */
function wallShowsOpen({ days, from, to, timeZone }: Window, moment: Date): boolean {
  const local = DateTime.fromJSDate(moment, { zone: timeZone });
  const clock = local.toFormat('HH:mm');
  const day = (offset: number) => EVERY_DAY[(local.weekday - 1 + 7 + offset) % 7] ?? 'mon';
  return from < to
    ? clock >= from && clock < to && days.includes(day(0))
    : (clock >= from && days.includes(day(0))) || (clock < to && days.includes(day(-1)));
}

describe('an opening, whatever the window, the zone and the moment', () => {
  it('is what the clock on the wall shows', () => {
    fc.assert(
      fc.property(windows, moments, (one, moment) => {
        expect(openNow(policy([one]), moment)).toBe(wallShowsOpen(one, moment));
      }),
      { numRuns: 500 },
    );
  });

  it('begins where it says and not before, and ends where it says and not before', () => {
    fc.assert(
      fc.property(windows, moments, fc.double({ min: 0, max: 1, noNaN: true }), (one, moment, share) => {
        const opening = nextOpening(policy([one]), moment);
        if (!opening?.to) throw new Error('A window of less than a day opens within a week, and closes');
        const [from, to] = [opening.from.getTime(), opening.to.getTime()];
        expect(from).toBeGreaterThanOrEqual(moment.getTime());
        expect(wallShowsOpen(one, opening.from)).toBe(true);
        expect(wallShowsOpen(one, new Date(from + Math.floor((to - from - 1) * share)))).toBe(true);
        expect(wallShowsOpen(one, opening.to)).toBe(false);
        const before = moment.getTime() + Math.floor((from - moment.getTime() - 1) * share);
        if (from > moment.getTime()) expect(wallShowsOpen(one, new Date(before))).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
