import { createJobs } from '@registrar/jobs';
import { workDue } from '@registrar/registrations';
import { Secret } from '@registrar/secret';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../../apps/launcher/prepare.mjs';
import { onboard, settled, startStack, until, type Onboarding, type ShownRegistration, type Stack } from '../support/index.js';
import { WITNESS } from './books.js';

let stack: Stack;
let world: Onboarding;
beforeAll(async () => {
  stack = await startStack({
    workers: 3,
    env: { LEASE_MS: '3000', SWEEP_INTERVAL_MS: '60000' },
    sandboxEnv: { SANDBOX_VENDORS: 'none', SANDBOX_SIMULATE: 'pingfederate', SANDBOX_HOSPITALS: '10' },
  });
  world = await onboard(stack);
  await stack.query(WITNESS);
});
afterAll(() => stack.stop());

/** Registers at the hospital of that number. */
async function register(number: number): Promise<ShownRegistration> {
  const tenantId = world.tenants[number] ?? '';
  const body = { tenant_id: tenantId, ehr_id: world.ehrOf('pingfederate', tenantId), application_id: world.applicationId };
  const made = await stack.call<ShownRegistration>('POST', '/v1/registrations', { body });
  expect(made.status).toBe(202);
  return made.body;
}

const hospital = (number: number) => `h${String(number + 1).padStart(2, '0')}`;
const posts = async (number: number): Promise<number> =>
  (await stack.sandbox.requests())
    .filter((one) => one.hospital === hospital(number))
    .reduce((sum, { counts }) => sum + (counts.registration?.POST ?? 0), 0);
const clients = (number: number) => stack.sandbox.ledger({ hospital: hospital(number) });
const sending = async () => (await stack.query(`SELECT id FROM attempts WHERE status = 'sending'`)).length;

it('ten deliveries of one job make one POST (I2)', async () => {
  const jobs = createJobs({
    databaseUrl: Secret.of(stack.database.databaseUrl),
    redisUrl: stack.redis && Secret.of(stack.redis.url),
    connectionName: 'deliveries',
  });
  await stack.sandbox.fault({ hospital: hospital(0), kind: 'delay', delay_ms: 1_000, after_commit: true });
  const { id } = await register(0);
  const rung = await Promise.all(Array.from({ length: 10 }, () => jobs.enqueue(workDue, {})));
  expect(rung).toEqual(Array.from({ length: 10 }, () => true));
  expect(await settled(stack, id)).toMatchObject({ status: 'active' });
  await jobs.close();
  expect(await posts(0)).toBe(1);
  expect(await clients(0)).toHaveLength(1);
});

it('a worker that is paused past its lease applies nothing stale, and what it was answered is kept (I2, I7)', async () => {
  const [paused, ...others] = stack.workers;
  for (const other of others) await other.kill('SIGKILL');
  await stack.sandbox.fault({ hospital: hospital(1), kind: 'delay', delay_ms: 2_000, after_commit: true });
  const { id } = await register(1);
  // The server has made the client, and has not answered.
  await until('the registration to be made there', async () => (await clients(1)).length === 1);
  await paused?.kill('SIGSTOP');
  for (const other of others) await other.restart({ SWEEP_INTERVAL_MS: '500' });
  // Another holder finds the attempt, and calls it unknown: it holds, and does not send again.
  await until('the lease to run out', async () => (await sending()) === 0);
  expect(await settled(stack, id)).toMatchObject({ status: 'outcome_unknown' });
  await paused?.kill('SIGCONT');
  const refused = () => paused?.lines.filter((line) => line.includes('a change was turned down')).length ?? 0;
  await until('its change to be turned down', () => refused() > 0);
  await until('its answer to be kept', async () => {
    const [attempt] = await stack.query<{ status: string; kept: boolean }>(
      `SELECT a.status, a.answer IS NOT NULL AS kept FROM attempts a JOIN tenants t ON t.id = a.tenant_id WHERE t.external_id = $1`,
      [hospital(1)],
    );
    return attempt?.status === 'orphaned' && attempt.kept;
  });
  expect(await stack.query('SELECT * FROM crash.stale_writes')).toEqual([]);
  expect((await stack.call<ShownRegistration>('GET', `/v1/registrations/${id}`)).body).toMatchObject({ status: 'outcome_unknown' });
  expect(await posts(1)).toBe(1);
  expect(await clients(1)).toHaveLength(1);
});

it.each([600_000, -600_000])('a worker whose clock is %i ms off does no harm (I2, I7)', async (ms) => {
  const [off, other] = stack.workers;
  await off?.kill('SIGKILL');
  const shim = pathToFileURL(join(root, 'test/support/date-shim.mjs')).href;
  await off?.restart({ NODE_OPTIONS: `--import ${shim}`, DATE_SHIM_MS: String(ms), SWEEP_INTERVAL_MS: '200' });
  expect(off?.lines.some((line) => line.includes('the worker is ready'))).toBe(true);
  await other?.kill('SIGKILL');
  await other?.restart({ SWEEP_INTERVAL_MS: '200' });
  const numbers = ms > 0 ? [2, 3, 4, 5] : [6, 7, 8, 9];
  await stack.sandbox.fault({ kind: 'delay', delay_ms: 300, times: 4, after_commit: true });
  const made = await Promise.all(numbers.map(register));
  for (const { id } of made) expect(await settled(stack, id)).toMatchObject({ status: 'active' });
  for (const number of numbers) {
    expect(await posts(number)).toBe(1);
    expect(await clients(number)).toHaveLength(1);
  }
  expect(await stack.query('SELECT * FROM crash.stale_writes')).toEqual([]);
});
