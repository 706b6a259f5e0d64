import { afterAll, beforeAll, expect, it } from 'vitest';
import { tableOf } from '../../apps/launcher/src/demo-table.js';
import { startStack, type Stack } from '../support/index.js';
import { DEMO_MS, DEMO_SANDBOX, demoOn, liveClients } from './demo-run.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ sandboxEnv: DEMO_SANDBOX });
});
afterAll(() => stack.stop());

it(
  'onboards ten hospitals at four vendors by one batch: forty clients, each proven as far as its grants allow',
  { timeout: DEMO_MS },
  async () => {
    const { standings, complaints, screen } = await demoOn(stack);
    expect(complaints).toEqual([]);
    expect(standings).toHaveLength(40);
    for (const { vendor, registration } of standings) {
      expect(registration).toMatchObject({
        status: 'active',
        proof: vendor === 'lagoon' ? 'client_authentication' : 'token',
        problem: null,
      });
    }
    const clients = await liveClients(stack);
    expect(clients).toHaveLength(40);
    // What proves these thirty is a token, and the servers have issued it.
    expect(clients.filter(({ vendor, tokens_issued }) => vendor !== 'lagoon' && tokens_issued > 0)).toHaveLength(30);
    expect(screen).toContain('✓ One batch: 40 registrations to make, 0 there already\n');
    for (const vendor of ['meadow', 'harbor', 'summit', 'lagoon']) expect(screen).toMatch(new RegExp(`${vendor} .* 10 of 10 active\n`));
    expect(screen).toContain(tableOf(standings).join('\n'));
  },
);

it('then rotates a secret, rolls a name out, and off-boards the hospital that leaves', async () => {
  const runs = await stack.call<{ data: { kind: string; status: string }[] }>('GET', '/v1/operations?kind=rotate');
  expect(runs.body.data.map(({ status }) => status)).toEqual(['succeeded']);
  const named = (await liveClients(stack)).filter(({ client_name: name }) => name?.startsWith('Care Gaps, release 2') === true);
  expect(named).toHaveLength(40);
  const left = (await stack.sandbox.ledger({ hospital: 'h11' })).filter(({ deleted_at: at }) => at === null);
  expect(left).toEqual([]);
  const tenants = await stack.call<{ data: { name: string }[] }>('GET', '/v1/tenants?status=offboarded');
  expect(tenants.body.data).toMatchObject([{ name: 'Kettle Brook Clinic' }]);
});

it('registers nothing twice on the same data', { timeout: DEMO_MS }, async () => {
  // One secret is rotated in each run, which takes another client there.
  const kept = async () =>
    (await liveClients(stack))
      .filter(({ vendor, hospital }) => vendor !== 'summit' || hospital !== 'h01')
      .map(({ client_id }) => client_id);
  const before = await kept();
  const { complaints, screen } = await demoOn(stack);
  expect(complaints).toEqual([]);
  expect(screen).toContain('✓ 10 hospitals (there already)\n');
  expect(screen).toContain('✓ One batch: 0 registrations to make, 40 there already\n');
  expect(screen).toContain('✓ A new proof is asked for of the 40 that were active\n');
  expect(screen).toContain('✓ Kettle Brook Clinic left in an earlier run\n');
  expect(await liveClients(stack)).toHaveLength(40);
  expect(await kept()).toEqual(before);
});
