import { expect, it } from 'vitest';
import { MOVED_BY_PERSON, MOVED_BY_UPDATE, rotateImported, SECRET_BY_UPDATE } from '../support/rotate-imported.js';

it(
  'imported clients are rotated to hosted key sets, and nobody who uses them is ever refused (D-41, H-01, H-10)',
  { timeout: 240_000 },
  async () => {
    const done = await rotateImported({ updatable: 24, portal: 8, secrets: 8 }, 4);
    expect(done.failures).toEqual([]);
    expect(done.ended).toEqual({ [MOVED_BY_UPDATE]: 24, [MOVED_BY_PERSON]: 8, [SECRET_BY_UPDATE]: 8 });
    // Each before, between and after its changes, at least.
    expect(Math.min(...done.counts)).toBeGreaterThanOrEqual(3);
  },
);
