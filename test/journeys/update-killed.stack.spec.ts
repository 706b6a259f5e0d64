import { afterAll, beforeAll, expect, it } from 'vitest';
import { onboard, settled, startStack, until, type Onboarding, type ShownRegistration, type Stack } from '../support/index.js';

let stack: Stack;
let world: Onboarding;
beforeAll(async () => {
  stack = await startStack({ sandboxEnv: { SANDBOX_VENDORS: 'meadow,lagoon', SANDBOX_HOSPITALS: '1' } });
  world = await onboard(stack);
});
afterAll(() => stack.stop());

async function registered(vendor: string): Promise<ShownRegistration> {
  const tenantId = world.tenants[0] ?? '';
  const body = { tenant_id: tenantId, ehr_id: world.ehrOf(vendor, tenantId), application_id: world.applicationId };
  const made = await stack.call<ShownRegistration>('POST', '/v1/registrations', { body });
  const found = await settled(stack, made.body.id);
  expect(found).toMatchObject({ status: 'active', manageable: 'yes' });
  return found;
}

/** Kills the worker while the update is between its send and its commit; the server has made it by then. */
async function killedWhileUpdating(vendor: string, { id }: ShownRegistration): Promise<ShownRegistration['operation']> {
  await stack.sandbox.fault({
    vendor,
    endpoint: 'client_configuration',
    method: 'PUT',
    kind: 'delay',
    delay_ms: 20_000,
    after_commit: true,
  });
  const body = { client_metadata: { client_name: 'Care Gaps 2' } };
  const begun = await stack.call<ShownRegistration>('PATCH', `/v1/registrations/${id}`, { body });
  expect(begun.status).toBe(202);
  await until('the update to be made there', async () => {
    const ledger = await stack.sandbox.ledger({ vendor });
    return ledger.some((entry) => entry.client_name?.startsWith('Care Gaps 2') === true) ? true : undefined;
  });
  expect(await stack.query(`SELECT kind FROM attempts WHERE status = 'sending'`)).toEqual([{ kind: 'update' }]);
  const [worker] = stack.workers;
  await worker?.kill('SIGKILL');
  await worker?.restart();
  // The lease of the dead worker runs out a minute after it was last renewed.
  return until(
    'the update to be over',
    async () => {
      const { body: operation } = await stack.call<ShownRegistration['operation']>('GET', `/v1/operations/${begun.body.operation.id}`);
      return ['queued', 'running', 'waiting'].includes(operation.status) ? undefined : operation;
    },
    180_000,
  );
}

it(
  'kill -9 between send and commit of an update that renewed nothing: it is looked, and found to be there',
  { timeout: 240_000 },
  async () => {
    const registration = await registered('meadow');
    expect(await killedWhileUpdating('meadow', registration)).toMatchObject({ status: 'succeeded' });
    const attempts = await stack.query(
      `SELECT kind, status FROM attempts WHERE registration_id IN (SELECT registration_id FROM operations WHERE kind = 'update') ORDER BY id`,
    );
    expect(attempts.filter(({ kind }) => kind === 'update')).toEqual([{ kind: 'update', status: 'applied' }]);
  },
);
