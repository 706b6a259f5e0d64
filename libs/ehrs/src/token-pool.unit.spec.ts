import { describe, expect, it } from 'vitest';
import { daysAnnounced, nextAlarm } from './expiry-ladder.js';
import { applyUse, type TokenEvent } from './token-pool.js';
import type { PooledToken } from './token-pool.repository.js';

const token = (more: Partial<PooledToken> = {}): PooledToken => ({
  id: 'a',
  status: 'available',
  maxUses: 1,
  used: 0,
  expired: false,
  ...more,
});
/** What became of it, and whether each step could be had. */
function after(start: PooledToken, ...events: TokenEvent[]) {
  const had = events.map((event) => applyUse(start, event));
  return { status: start.status, used: start.used, had };
}

describe('a token of a pool (I-01, I-02, K-15)', () => {
  it('for one use is reserved once, and used up by the client that came of it', () => {
    expect(after(token(), 'use', 'use')).toEqual({ status: 'available', used: 1, had: [true, false] });
    expect(after(token(), 'use', 'accept', 'use')).toEqual({ status: 'consumed', used: 1, had: [true, true, false] });
  });

  it('returns only when nothing was sent with it', () => {
    expect(after(token(), 'use', 'return', 'use')).toEqual({ status: 'available', used: 1, had: [true, true, true] });
  });

  it('for one use is suspect after a refusal or a 429, tried again at its next use, and then clear one way or the other', () => {
    expect(after(token(), 'use', 'doubt')).toMatchObject({ status: 'suspect', used: 0 });
    expect(after(token(), 'use', 'turn_away')).toMatchObject({ status: 'suspect', used: 0 });
    expect(after(token(), 'use', 'doubt', 'use', 'accept')).toEqual({ status: 'consumed', used: 1, had: [true, true, true, true] });
    expect(after(token(), 'use', 'doubt', 'use', 'refuse', 'use').had).toEqual([true, true, true, true, false]);
  });

  it('that is counted counts as the server may have counted, but not where it was turned away at the door', () => {
    expect(after(token({ maxUses: 3 }), 'use', 'doubt')).toMatchObject({ status: 'available', used: 1 });
    expect(after(token({ maxUses: 3 }), 'use', 'turn_away')).toMatchObject({ status: 'available', used: 0 });
    expect(after(token({ maxUses: 2, used: 1 }), 'use', 'accept')).toMatchObject({ status: 'consumed', used: 2 });
  });

  it('that the server does not take is consumed where it was for one use, else refused', () => {
    expect(after(token(), 'use', 'refuse')).toMatchObject({ status: 'consumed' });
    expect(after(token({ maxUses: null }), 'use', 'refuse', 'use')).toEqual({ status: 'refused', used: 1, had: [true, true, false] });
  });

  it('that is expired, deleted or unknown is not to be had, and nothing brings a deleted one back', () => {
    expect(after(token({ expired: true }), 'use').had).toEqual([false]);
    expect(after(token({ status: 'deleted' }), 'use', 'return', 'accept', 'doubt')).toMatchObject({ status: 'deleted', used: 0 });
    expect(applyUse(undefined, 'use')).toBe(false);
    expect(applyUse(undefined, 'return')).toBe(true);
  });

  it('that is static is used as often as the server likes', () => {
    expect(after(token({ maxUses: null }), 'use', 'accept', 'use', 'accept')).toMatchObject({ status: 'available', used: 2 });
  });
});

describe('the alarms before an end (I-02, I-05)', () => {
  const end = new Date('2027-01-31T00:00:00Z');
  const before = (days: number) => new Date(end.getTime() - days * 86_400_000);

  it('come 30, 14, 7 and 1 days before, then at the end, where nothing is announced', () => {
    const ladder = [];
    for (let at = before(90); at < end; at = nextAlarm(end, at)) ladder.push([daysAnnounced(end, at), nextAlarm(end, at)]);
    expect(ladder).toEqual([
      [undefined, before(30)],
      [30, before(14)],
      [14, before(7)],
      [7, before(1)],
      [1, end],
    ]);
    expect(daysAnnounced(end, end)).toBeUndefined();
  });

  it('that were missed come as the nearest one, once', () => {
    expect(daysAnnounced(end, before(3))).toBe(7);
    expect(nextAlarm(end, before(3))).toEqual(before(1));
  });
});
