import { afterAll, beforeAll, expect, it } from 'vitest';
import { demoApi } from '../../apps/launcher/src/demo-api.js';
import { runDemo, type DemoResult } from '../../apps/launcher/src/demo-flow.js';
import { tableOf } from '../../apps/launcher/src/demo-table.js';
import { startStack, type Stack } from '../support/index.js';

// The demo's own flow on the built stack: forty registrations by one call, twice.
let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

async function demo(): Promise<DemoResult & { screen: string }> {
  const written: string[] = [];
  const signal = AbortSignal.timeout(50_000);
  const api = demoApi(stack.baseUrl, stack.ownerKey, signal);
  const { sandbox } = stack;
  const result = await runDemo({
    api,
    sandbox: {
      servers: () => sandbox.servers(),
      ledger: () => sandbox.ledger(),
      removeClient: () => Promise.reject(new Error('Nothing was lost, so nothing is to be removed')),
    },
    screen: { write: (text) => written.push(text) },
    signal,
  });
  return { ...result, screen: written.join('') };
}

const live = async () => (await stack.sandbox.ledger()).filter(({ deleted_at }) => deleted_at === null);

it('onboards ten hospitals at four vendors by one batch: forty clients, each proven as far as its grants allow', async () => {
  const { standings, complaints, screen } = await demo();
  expect(complaints).toEqual([]);
  expect(standings).toHaveLength(40);
  for (const { vendor, registration } of standings) {
    expect(registration).toMatchObject({ status: 'active', proof: vendor === 'lagoon' ? 'client_authentication' : 'token', problem: null });
  }
  const clients = await live();
  expect(clients).toHaveLength(40);
  // A token proves a client of one's own: the servers have issued at least one to each of the thirty.
  expect(clients.filter(({ vendor, tokens_issued }) => vendor !== 'lagoon' && tokens_issued > 0)).toHaveLength(30);
  expect(screen).toContain('✓ One batch: 40 registrations to make, 0 there already\n');
  for (const vendor of ['meadow', 'harbor', 'summit', 'lagoon']) expect(screen).toMatch(new RegExp(`${vendor} .* 10 of 10 active\n`));
  expect(screen).toContain(tableOf(standings).join('\n'));
});

it('registers nothing twice on the same data', async () => {
  const before = await live();
  const { complaints, screen } = await demo();
  expect(complaints).toEqual([]);
  expect(screen).toContain('✓ 10 hospitals (there already)\n');
  expect(screen).toContain('✓ One batch: 0 registrations to make, 40 there already\n');
  expect((await live()).map(({ client_id }) => client_id)).toEqual(before.map(({ client_id }) => client_id));
});
