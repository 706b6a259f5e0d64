import { afterAll, beforeAll, expect, it } from 'vitest';
import { onboard, startStack, until, type Onboarding, type Stack } from '../support/index.js';

let stack: Stack;
let world: Onboarding;
beforeAll(async () => {
  // Answers take a while, so that the kill finds registrations between the send and the commit.
  stack = await startStack({ env: { LEASE_MS: '4000' }, sandboxEnv: { SANDBOX_HOSPITALS: '10', SANDBOX_DELAY_MS: '300' } });
  world = await onboard(stack);
});
afterAll(() => stack.stop());

interface Count {
  status: string;
  n: number;
}

const counts = () => stack.query<Count>('SELECT status, count(*)::integer AS n FROM registrations GROUP BY status');
const sending = async () => (await stack.query(`SELECT id FROM attempts WHERE status = 'sending'`)).length;

it('kill -9 of the worker in the middle of a batch loses track of no client (I1, I2)', { timeout: 240_000 }, async () => {
  const body = { application_id: world.applicationId, tenant_ids: world.tenants, ehr_ids: world.ehrs.map((ehr) => ehr.id), connect: true };
  expect((await stack.call('POST', '/v1/batches', { body })).status).toBe(202);
  const [worker] = stack.workers;
  await until('registrations that are being sent', async () => ((await sending()) >= 3 ? true : undefined));
  await worker?.kill('SIGKILL');
  const cut = await sending();
  expect(cut).toBeGreaterThan(0);
  await worker?.restart();
  // The leases of the dead worker run out four seconds after they were last renewed; then its work is taken up.
  await until(
    'every registration to have settled',
    async () => {
      const open = (await counts()).filter(({ status }) => !['active', 'outcome_unknown'].includes(status));
      return open.length === 0 ? true : undefined;
    },
    180_000,
  );

  const states = Object.fromEntries((await counts()).map(({ status, n }) => [status, n]));
  expect((states['active'] ?? 0) + (states['outcome_unknown'] ?? 0)).toBe(40);
  expect(states['outcome_unknown'] ?? 0).toBeLessThanOrEqual(cut);

  // Both books, in both directions: every upstream client is one attempt of ours, by its marker, and is adopted or called unknown.
  const attempts = await stack.query<{ marker: string; status: string; registration_id: string; upstream_client_id: string | null }>(
    'SELECT marker, status, registration_id, upstream_client_id FROM attempts',
  );
  const ledger = await stack.sandbox.ledger();
  for (const client of ledger) {
    const name = client.client_name ?? '';
    const mine = attempts.filter((attempt) => name.includes(attempt.marker) || client.software_version?.includes(attempt.marker));
    expect(mine).toHaveLength(1);
    expect(['adopted', 'unknown']).toContain(mine[0]?.status);
    if (mine[0]?.status === 'adopted') expect(mine[0].upstream_client_id).toBe(client.client_id);
  }
  expect(attempts.filter((attempt) => attempt.status === 'adopted')).toHaveLength(states['active'] ?? 0);
  expect(new Set(attempts.map((attempt) => attempt.registration_id)).size).toBe(attempts.length);
  const unknown = attempts.filter((attempt) => attempt.status === 'unknown').length;
  process.stdout.write(
    `worker killed: ${states['active'] ?? 0} active, ${unknown} outcome_unknown, ${ledger.length} clients in the ledgers, 0 unaccounted\n`,
  );
});
