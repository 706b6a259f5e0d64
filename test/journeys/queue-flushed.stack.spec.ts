import { afterAll, beforeAll, expect, it } from 'vitest';
import { Redis } from 'ioredis';
import { onboard, settled, startStack, until, type Onboarding, type Stack } from '../support/index.js';

let stack: Stack;
let world: Onboarding;
let redis: Redis;
beforeAll(async () => {
  stack = await startStack({ backend: 'redis', workers: 2, sandboxEnv: { SANDBOX_HOSPITALS: '10', SANDBOX_DELAY_MS: '100' } });
  world = await onboard(stack);
  redis = new Redis(stack.redis?.url ?? '');
});
afterAll(async () => {
  redis.disconnect();
  await stack.stop();
});

const active = async () => (await stack.query(`SELECT id FROM registrations WHERE status = 'active'`)).length;

it('FLUSHALL in the middle of a batch loses nothing, and what falls due afterwards still runs', { timeout: 180_000 }, async () => {
  const [last = '', ...others] = [...world.tenants].reverse();
  const body = { application_id: world.applicationId, tenant_ids: others, ehr_ids: world.ehrs.map((ehr) => ehr.id), connect: true };
  expect((await stack.call('POST', '/v1/batches', { body })).status).toBe(202);
  let flushed = 0;
  await until(
    '36 registrations to be active',
    async () => {
      await redis.flushall();
      flushed += 1;
      return (await active()) === 36 ? true : undefined;
    },
    120_000,
  );
  expect(flushed).toBeGreaterThan(1);

  const pair = { application_id: world.applicationId, tenant_id: last, ehr_id: world.ehrOf('lagoon', last) };
  const made = await stack.call<{ id: string }>('POST', '/v1/registrations', { body: pair });
  expect(made.status).toBe(202);
  expect((await settled(stack, made.body.id)).status).toBe('active');
  // The recurring jobs are there again, too.
  await until(
    'the recurring jobs to be made again',
    async () => ((await redis.keys('*registrations*')).length > 0 ? true : undefined),
    30_000,
  );
  expect(await stack.sandbox.ledger()).toHaveLength(37);
});
