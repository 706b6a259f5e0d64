import { afterAll, beforeAll, expect, it } from 'vitest';
import { onboard, settled, startStack, until, type Onboarding, type ShownRegistration, type Stack } from '../support/index.js';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.js';

let stack: Stack;
let world: Onboarding;
let proxy: TcpProxy;
let tenant = 0;
beforeAll(async () => {
  stack = await startStack({
    backend: 'redis',
    env: { LEASE_MS: '3000', SWEEP_INTERVAL_MS: '500' },
    sandboxEnv: { SANDBOX_VENDORS: 'none', SANDBOX_SIMULATE: 'pingfederate', SANDBOX_HOSPITALS: '50' },
  });
  world = await onboard(stack);
  proxy = await startTcpProxy(Number(new URL(stack.database.databaseUrl).port));
});
afterAll(async () => {
  await stack.stop();
  await proxy.close();
});

/** Registers at the next hospital. */
async function register(): Promise<string> {
  const tenantId = world.tenants[tenant++] ?? '';
  const body = { tenant_id: tenantId, ehr_id: world.ehrOf('pingfederate', tenantId), application_id: world.applicationId };
  const made = await stack.call<ShownRegistration>('POST', '/v1/registrations', { body });
  expect(made, JSON.stringify(made.body)).toMatchObject({ status: 202 });
  return made.body.id;
}

const many = (count: number) => Promise.all(Array.from({ length: count }, register));
const attempts = (status: string) => stack.query<{ id: string }>('SELECT id FROM attempts WHERE status = $1', [status]);
const posts = async () => (await stack.sandbox.requests()).reduce((sum, { counts }) => sum + (counts.registration?.POST ?? 0), 0);

it('a worker that is told to stop while twenty calls are in flight ends in order, and none becomes unknown (F20)', async () => {
  await stack.sandbox.fault({ kind: 'delay', delay_ms: 2_000, times: 20, after_commit: true });
  const made = await many(20);
  await until('twenty calls in flight', async () => (await attempts('sending')).length === 20);
  const [worker] = stack.workers;
  expect(await worker?.stop()).toEqual({ code: 0, signal: null });
  expect([await attempts('sending'), await attempts('unknown')]).toEqual([[], []]);
  expect(await attempts('adopted')).toHaveLength(20);
  await worker?.restart();
  for (const id of made) expect(await settled(stack, id)).toMatchObject({ status: 'active' });
  expect([await posts(), (await stack.sandbox.ledger()).length]).toEqual([20, 20]);
});

it('a COMMIT whose result is lost is looked up, and nothing is sent again (I2, I4)', async () => {
  const [worker] = stack.workers;
  const through = new URL(stack.database.databaseUrl);
  through.port = String(proxy.port);
  await worker?.stop();
  await worker?.restart({ DATABASE_URL: through.href });
  const before = await posts();
  proxy.dropAnswerTo(/COMMIT/, 12);
  const made = await many(6);
  for (const id of made) expect(await settled(stack, id)).toMatchObject({ status: 'active' });
  expect(proxy.dropped).toBe(12);
  expect(await posts()).toBe(before + 6);
  expect([await attempts('sending'), await attempts('unknown'), await attempts('orphaned')]).toEqual([[], [], []]);
  await worker?.stop();
  await worker?.restart();
});

it('while Redis hangs the API answers and the work is done all the same; after it was restarted too', async () => {
  await stack.redis?.signal('SIGSTOP');
  const hanging = await many(3);
  for (const id of hanging) expect(await settled(stack, id)).toMatchObject({ status: 'active' });
  await stack.redis?.signal('SIGCONT');
  await stack.redis?.kill();
  const without = await many(2);
  for (const id of without) expect(await settled(stack, id)).toMatchObject({ status: 'active' });
  await stack.redis?.start();
  expect(await settled(stack, await register())).toMatchObject({ status: 'active' });
});

it('a database whose disk is full says so with 503, keeps nothing by halves, and needs no hand afterwards', async () => {
  // As Postgres says it (SQLSTATE 53100), wherever a registration or an attempt would be written.
  await stack.query(`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
    CREATE TRIGGER full_disk BEFORE INSERT ON operations FOR EACH ROW EXECUTE FUNCTION full_disk();`);
  const [{ n: before } = { n: -1 }] = await stack.query<{ n: number }>('SELECT count(*)::integer AS n FROM registrations');
  const tenantId = world.tenants[tenant] ?? '';
  const body = { tenant_id: tenantId, ehr_id: world.ehrOf('pingfederate', tenantId), application_id: world.applicationId };
  const refused = await stack.call<{ code: string }>('POST', '/v1/registrations', { body });
  expect(refused).toMatchObject({ status: 503, body: { code: 'database.unavailable', retryable: true } });
  expect(refused.headers.get('retry-after')).not.toBeNull();
  expect(await stack.query('SELECT count(*)::integer AS n FROM registrations')).toEqual([{ n: before }]);

  // Full in the middle: the attempt cannot be written, so nothing is sent.
  const sent = await posts();
  await stack.query(
    `DROP TRIGGER full_disk ON operations; CREATE TRIGGER full_disk BEFORE INSERT ON attempts FOR EACH ROW EXECUTE FUNCTION full_disk();`,
  );
  const id = await register();
  await until('the worker to say why it waits', async () => {
    const { body: shown } = await stack.call<ShownRegistration>('GET', `/v1/registrations/${id}`);
    return shown.operation.status === 'waiting';
  });
  expect(await posts()).toBe(sent);
  await stack.query('DROP TRIGGER full_disk ON attempts');
  expect(await settled(stack, id)).toMatchObject({ status: 'active' });
  expect(await posts()).toBe(sent + 1);
});
