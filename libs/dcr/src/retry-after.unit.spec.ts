import { describe, expect, it } from 'vitest';
import { retryAfterMs } from './retry-after.js';

const now = new Date('2026-03-01T12:00:00Z');
const DAY = 24 * 3_600_000;

describe('Retry-After (A-52, K-11, U12)', () => {
  it.each([
    ['seconds', { 'retry-after': '120' }, 120_000],
    ['zero', { 'retry-after': '0' }, 1000],
    ['ten years in seconds', { 'retry-after': '315360000' }, DAY],
    ['1e9 written out', { 'retry-after': '1000000000' }, DAY],
    ['the same twice', { 'retry-after': '5, 5' }, 5000],
    ['a date', { 'retry-after': 'Sun, 01 Mar 2026 12:02:00 GMT' }, 120_000],
    ['a date of RFC 850', { 'retry-after': 'Sunday, 01-Mar-26 12:02:00 GMT' }, 120_000],
    ['a date of asctime', { 'retry-after': 'Sun Mar  1 12:02:00 2026' }, 120_000],
    ['a date in ten years', { 'retry-after': 'Fri, 01 Mar 2036 12:00:00 GMT' }, DAY],
    ['a date that is past', { 'retry-after': 'Fri, 01 Mar 2024 12:00:00 GMT' }, 1000],
    [
      "a date on the server's clock, an hour ahead",
      { 'retry-after': 'Sun, 01 Mar 2026 13:00:30 GMT', date: 'Sun, 01 Mar 2026 13:00:00 GMT' },
      30_000,
    ],
    ['nothing', {}, undefined],
    ['a negative number', { 'retry-after': '-1' }, undefined],
    ['an exponent', { 'retry-after': '1e9' }, undefined],
    ['garbage', { 'retry-after': 'garbage 1' }, undefined],
    ['an impossible date', { 'retry-after': 'Sun, 99 Mar 2026 12:02:00 GMT' }, undefined],
  ])('%s', (_what, headers, expected) => {
    expect(retryAfterMs(headers, now)).toBe(expected);
  });
});
