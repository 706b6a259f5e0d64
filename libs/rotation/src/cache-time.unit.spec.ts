import { KEY_SET_MAX_AGE_MS } from '@registrar/keys';
import { expect, it } from 'vitest';
import { cacheMs } from './cache-time.js';

it.each([
  [0, KEY_SET_MAX_AGE_MS],
  [KEY_SET_MAX_AGE_MS - 1, KEY_SET_MAX_AGE_MS],
  [86_400_000, 86_400_000],
])('a server that is said to keep a key set for %d ms is given %d: no less than the set itself says (H-01)', (jwksCacheMs, expected) => {
  expect(cacheMs({ jwksCacheMs })).toBe(expected);
});
