import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rightsWorld, type RightsWorld } from '../rights/rights-world.js';
import { unknownId } from '../rights/world-rows.js';

const PAIRS = 400;
const WARM_UP = 40;

let world: RightsWorld;
beforeAll(async () => {
  world = await rightsWorld();
}, 240_000);
afterAll(() => world.stop());

const CALLS: readonly (readonly [method: string, prefix: string, path: (id: string) => string, body?: object])[] = [
  ['GET', 'ten', (id) => `/v1/tenants/${id}`],
  ['GET', 'ehr', (id) => `/v1/ehrs/${id}`],
  ['GET', 'app', (id) => `/v1/applications/${id}`],
  ['GET', 'reg', (id) => `/v1/registrations/${id}`],
  ['GET', 'op', (id) => `/v1/operations/${id}`],
  ['GET', 'apr', (id) => `/v1/approvals/${id}`],
  ['POST', 'reg', (id) => `/v1/registrations/${id}/verify`],
  ['POST', 'reg', (id) => `/v1/registrations/${id}/token`, {}],
];

/** How long one request takes, in milliseconds; whatever is sent is answered 404. */
async function timed(method: string, path: string, body: object | undefined): Promise<number> {
  const from = performance.now();
  const { status } = await world.stack.call(method, path, body ? { body } : {});
  const took = performance.now() - from;
  if (status !== 404) throw new Error(`${method} ${path} is answered ${status}`);
  return took;
}

const middle = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)] ?? 0;

describe('the time of an answer', () => {
  it('tells nobody whether an id is another workspace’s or was never given (T1)', { timeout: 900_000 }, async () => {
    for (const [method, prefix, path, body] of CALLS) {
      const foreign = world.otherWorkspace.ids.get(prefix) ?? '';
      const ratios: number[] = [];
      for (let pair = -WARM_UP; pair < PAIRS; pair += 1) {
        // Interleaved, and each first in turn, so that what drifts meanwhile drifts for both. An unknown id is a new one each time.
        const ids = pair % 2 === 0 ? [foreign, unknownId(prefix)] : [unknownId(prefix), foreign];
        const [first, second] = [await timed(method, path(ids[0] ?? ''), body), await timed(method, path(ids[1] ?? ''), body)];
        if (pair >= 0) ratios.push(pair % 2 === 0 ? first / second : second / first);
      }
      ratios.sort((a, b) => a - b);
      const [median, low, high] = [middle(ratios), ratios[Math.floor(PAIRS * 0.05)], ratios[Math.floor(PAIRS * 0.95)]];
      process.stdout.write(
        `oracle: ${method} ${path('{id}')}: foreign to unknown, median ratio ${median.toFixed(3)} (${low?.toFixed(3)} to ${high?.toFixed(3)}, nine in ten of ${PAIRS} interleaved pairs)\n`,
      );
      expect(median).toBeGreaterThan(0.8);
      expect(median).toBeLessThan(1.2);
    }
  });
});
