import { expect, it } from 'vitest';
import { rotateImported } from '../support/rotate-imported.js';

it(
  'imported clients are rotated to hosted key sets, and nobody who uses them is ever refused (D-41, H-01, H-10)',
  { timeout: 240_000 },
  async () => {
    const done = await rotateImported({ updatable: 300, portal: 100, secrets: 100 }, 6);
    console.log(JSON.stringify(done));
    expect(done.failures).toEqual([]);
    expect(done.clients).toBe(500);
  },
);
