import { afterAll, beforeAll, expect, it } from 'vitest';
import { onboard, settled, startStack, until, type Onboarding, type ShownRegistration, type Stack } from '../support/index.js';

let stack: Stack;
let world: Onboarding;
beforeAll(async () => {
  stack = await startStack({ env: { LEASE_MS: '4000' }, sandboxEnv: { SANDBOX_VENDORS: 'meadow,lagoon', SANDBOX_HOSPITALS: '1' } });
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
  // The lease of the dead worker runs out four seconds after it was last renewed.
  return until(
    'the update to be over',
    async () => {
      const { body: operation } = await stack.call<ShownRegistration['operation']>('GET', `/v1/operations/${begun.body.operation.id}`);
      return ['queued', 'running', 'waiting'].includes(operation.status) ? undefined : operation;
    },
    180_000,
  );
}

/** Its attempts as the API shows them, the oldest first. */
async function updates({ id }: ShownRegistration): Promise<{ kind: string; status: string }[]> {
  const { body } = await stack.call<{ data: { kind: string; status: string }[] }>('GET', `/v1/registrations/${id}/attempts`);
  const shown = body.data.map(({ kind, status }) => ({ kind, status }));
  return shown.filter(({ kind }) => kind === 'update').reverse();
}

it(
  'kill -9 between send and commit of an update that renewed nothing: it is made once more, and stands',
  { timeout: 240_000 },
  async () => {
    const registration = await registered('meadow');
    expect(await killedWhileUpdating('meadow', registration)).toMatchObject({ status: 'succeeded' });
    expect(await updates(registration)).toEqual([
      { kind: 'update', status: 'superseded' },
      { kind: 'update', status: 'applied' },
    ]);
  },
);

it(
  'kill -9 between send and commit of an update that renewed the token: control is lost, and the client goes on (K-33, U20)',
  { timeout: 240_000 },
  async () => {
    const registration = await registered('lagoon');
    expect(await killedWhileUpdating('lagoon', registration)).toMatchObject({
      status: 'failed',
      problem: { code: 'registrations.control_lost' },
    });
    const { body } = await stack.call<ShownRegistration>('GET', `/v1/registrations/${registration.id}`);
    expect(body).toMatchObject({ status: 'active', manageable: 'control_lost', client_id: registration.client_id });
    const ledger = await stack.sandbox.ledger({ vendor: 'lagoon' });
    expect(ledger.filter((entry) => entry.deleted_at === null)).toHaveLength(1);
  },
);
