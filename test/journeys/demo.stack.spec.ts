import { afterAll, beforeAll, expect, it } from 'vitest';
import { tableOf } from '../../apps/launcher/src/demo-table.js';
import { startStack, type Stack } from '../support/index.js';
import { demoOn, liveClients } from './demo-run.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

it('onboards ten hospitals at four vendors by one batch: forty clients, each proven as far as its grants allow', async () => {
  const { standings, complaints, screen } = await demoOn(stack);
  expect(complaints).toEqual([]);
  expect(standings).toHaveLength(40);
  for (const { vendor, registration } of standings) {
    expect(registration).toMatchObject({ status: 'active', proof: vendor === 'lagoon' ? 'client_authentication' : 'token', problem: null });
  }
  const clients = await liveClients(stack);
  expect(clients).toHaveLength(40);
  // What proves these thirty is a token, and the servers have issued it.
  expect(clients.filter(({ vendor, tokens_issued }) => vendor !== 'lagoon' && tokens_issued > 0)).toHaveLength(30);
  expect(screen).toContain('✓ One batch: 40 registrations to make, 0 there already\n');
  for (const vendor of ['meadow', 'harbor', 'summit', 'lagoon']) expect(screen).toMatch(new RegExp(`${vendor} .* 10 of 10 active\n`));
  expect(screen).toContain(tableOf(standings).join('\n'));
});

it('registers nothing twice on the same data', async () => {
  const before = await liveClients(stack);
  const { complaints, screen } = await demoOn(stack);
  expect(complaints).toEqual([]);
  expect(screen).toContain('✓ 10 hospitals (there already)\n');
  expect(screen).toContain('✓ One batch: 0 registrations to make, 40 there already\n');
  expect(screen).toContain('✓ A new proof is asked for of the 40 that were active\n');
  expect((await liveClients(stack)).map(({ client_id }) => client_id)).toEqual(before.map(({ client_id }) => client_id));
});
