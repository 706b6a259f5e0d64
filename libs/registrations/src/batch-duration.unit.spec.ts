import { describe, expect, it } from 'vitest';
import { DEFAULT_PACE, durationAt } from './batch-duration.js';

describe('the duration of a batch at one server', () => {
  it('is nothing for nothing', () => {
    expect(durationAt({ ...DEFAULT_PACE, shutForMs: 60_000 }, 0, 0)).toBe(0);
  });

  it('follows the rate where many hospitals register', () => {
    expect(durationAt({ ...DEFAULT_PACE, maxInFlight: 100 }, 105, 50)).toBe(21_000);
  });

  it('follows the lanes of one hospital where it is alone', () => {
    expect(durationAt({ ...DEFAULT_PACE, perSecond: 100, maxInFlight: 100 }, 10, 1)).toBe(5_000);
  });

  it('counts what waits there already, and the pause that the server asked for', () => {
    expect(durationAt({ ...DEFAULT_PACE, maxInFlight: 100, queued: 5 }, 5, 5)).toBe(2_000);
    expect(durationAt({ ...DEFAULT_PACE, shutForMs: 60_000 }, 1, 1)).toBe(61_000);
  });
});
