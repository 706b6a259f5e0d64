import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onboard, settled, startStack, until, type Onboarding, type ShownRegistration, type Stack } from '../support/index.js';

let stack: Stack;
let world: Onboarding;
let keyed: ShownRegistration;
let secret: ShownRegistration;
let everywhere: readonly string[];

beforeAll(async () => {
  stack = await startStack({ apis: 2, sandboxEnv: { SANDBOX_HOSPITALS: '3' } });
  world = await onboard(stack);
  everywhere = [stack.baseUrl, ...stack.otherUrls];
  const [tenantId = ''] = world.tenants;
  keyed = await settled(stack, await register('meadow', tenantId));
  secret = await settled(stack, await register('summit', tenantId));
});
afterAll(() => stack.stop());

async function register(vendor: string, tenantId: string): Promise<string> {
  const body = { application_id: world.applicationId, tenant_id: tenantId, ehr_id: world.ehrOf(vendor, tenantId) };
  const made = await stack.call<{ id: string }>('POST', '/v1/registrations', { body });
  expect(made.status).toBe(202);
  return made.body.id;
}

/** Everything that would hand something out, at every api process. */
async function uses(): Promise<{ status: number; code: string | undefined }[]> {
  const calls = [
    { path: `/v1/registrations/${keyed.id}/token`, body: {} },
    { path: `/v1/registrations/${keyed.id}/client-assertion`, body: {} },
    { path: `/v1/registrations/${secret.id}/token`, body: {} },
    { path: `/v1/registrations/${secret.id}/reveal`, body: { reason: 'to compare it with the portal' } },
  ];
  const answers = await Promise.all(
    everywhere.flatMap((at) => calls.map(({ path, body }) => stack.call<{ code?: string }>('POST', path, { body, at }))),
  );
  return answers.map(({ status, body }) => ({ status, code: body.code }));
}

const [served, refused] = [
  { status: 200, code: undefined },
  { status: 409, code: 'registrations.not_active' },
];
const clients = async (vendor: string) => (await stack.sandbox.ledger()).filter((client) => client.vendor === vendor).length;
const tokenRequests = async (vendor: string) =>
  (await stack.sandbox.recentRequests()).filter((request) => request.vendor === vendor && request.endpoint === 'token').length;
const item = async (registrationId: string) => {
  const [row] = await stack.query<{ aside: boolean; deliveries: number }>(
    `SELECT w.due_at = 'infinity' AS aside, w.deliveries FROM work_items w JOIN operations o ON o.id = w.subject_id JOIN registrations r ON r.id = o.registration_id
      ORDER BY r.created_at DESC LIMIT 1`,
  );
  return row ?? { aside: false, deliveries: 0, registrationId };
};

const LEVELS: Record<string, () => string> = {
  tenants: () => keyed.tenant_id,
  applications: () => world.applicationId,
  ehrs: () => keyed.ehr_id,
  registrations: () => keyed.id,
};

describe.each(Object.keys(LEVELS))('a suspension of %s', (level) => {
  it('is heard by every process with its answer, and so is its end', async () => {
    const id = LEVELS[level]?.() ?? '';
    const paths = level === 'ehrs' ? [id, secret.ehr_id] : level === 'registrations' ? [id, secret.id] : [id];
    expect(await uses()).toEqual((await uses()).map(() => served));
    // Callers who keep asking all the while: whoever asks after the answer is refused, also from the cache.
    let ended = false;
    let answered = false;
    const late: number[] = [];
    const asking = everywhere.map(async (at) => {
      while (!ended) {
        const after = answered;
        const { status } = await stack.call('POST', `/v1/registrations/${keyed.id}/token`, { body: {}, at });
        if (after) late.push(status);
      }
    });
    for (const each of paths)
      expect(await stack.call('POST', `/v1/${level}/${each}/suspend`, { body: { reason: 'an incident at the hospital' } })).toMatchObject({
        status: 200,
      });
    answered = true;
    expect(await uses()).toEqual((await uses()).map(() => refused));
    await until('callers after the suspension', () => late.length >= 10);
    ended = true;
    await Promise.all(asking);
    expect(new Set(late)).toEqual(new Set([409]));
    for (const each of paths) expect(await stack.call('POST', `/v1/${level}/${each}/resume`)).toMatchObject({ status: 200 });
    expect(await uses()).toEqual((await uses()).map(() => served));
  });
});

describe('while a hospital is suspended', () => {
  it('nothing is sent for it, and nobody looks at its work in vain', async () => {
    const [, tenantId = ''] = world.tenants;
    await stack.call('POST', `/v1/tenants/${tenantId}/suspend`);
    const before = await clients('summit');
    const id = await register('summit', tenantId);
    await until('the work to be put aside', async () => (await item(id)).aside);
    expect(await item(id)).toMatchObject({ aside: true, deliveries: 1 });
    const { body } = await stack.call<ShownRegistration & { waiting: { reason: string } }>('GET', `/v1/registrations/${id}`);
    expect(body).toMatchObject({ status: 'pending', waiting: { reason: 'suspended' } });
    expect(await clients('summit')).toBe(before);
    await stack.call('POST', `/v1/tenants/${tenantId}/resume`);
    expect(await settled(stack, id)).toMatchObject({ status: 'active' });
    expect(await clients('summit')).toBe(before + 1);
  });

  it('the answer of a call that is under way is kept, and nothing more is sent until it is resumed', async () => {
    const [, tenantId = ''] = world.tenants;
    await stack.sandbox.fault({ vendor: 'meadow', method: 'POST', kind: 'delay', delay_ms: 1_500, after_commit: true });
    const [before, asked] = [await clients('meadow'), await tokenRequests('meadow')];
    const id = await register('meadow', tenantId);
    await until('the registration to be at the server', async () => (await clients('meadow')) > before);
    await stack.call('POST', `/v1/tenants/${tenantId}/suspend`);
    await until('the work to be put aside', async () => (await item(id)).aside);
    expect((await stack.call<ShownRegistration>('GET', `/v1/registrations/${id}`)).body).toMatchObject({ status: 'verifying' });
    expect(await tokenRequests('meadow')).toBe(asked);
    await stack.call('POST', `/v1/tenants/${tenantId}/resume`);
    expect(await settled(stack, id)).toMatchObject({ status: 'active' });
    expect(await clients('meadow')).toBe(before + 1);
  });
});

describe('a registration that is suspended while it registers', () => {
  it('keeps the answer sealed, and takes it up again where it was', async () => {
    const [, , tenantId = ''] = world.tenants;
    await stack.sandbox.fault({ vendor: 'meadow', method: 'POST', kind: 'delay', delay_ms: 1_500, after_commit: true });
    const before = await clients('meadow');
    const id = await register('meadow', tenantId);
    await until('the registration to be at the server', async () => (await clients('meadow')) > before);
    expect(await stack.call('POST', `/v1/registrations/${id}/suspend`)).toMatchObject({ status: 200, body: { status: 'suspended' } });
    const kept = () =>
      stack.query(`SELECT a.id FROM attempts a ORDER BY a.started_at DESC LIMIT 1`).then(async () => {
        const { body } = await stack.call<{ data: { status: string }[] }>('GET', `/v1/registrations/${id}/attempts`);
        return body.data.map(({ status }) => status).join() === 'accepted';
      });
    await until('the answer to be kept', kept);
    await until('the work to be put aside', async () => (await item(id)).aside);
    expect((await stack.call<ShownRegistration>('GET', `/v1/registrations/${id}`)).body).toMatchObject({ status: 'suspended' });
    expect(await stack.call('POST', `/v1/registrations/${id}/retry`)).toMatchObject({ status: 409 });
    expect(await stack.call('POST', `/v1/registrations/${id}/resume`)).toMatchObject({ status: 200, body: { status: 'registering' } });
    expect(await settled(stack, id)).toMatchObject({ status: 'active' });
    expect(await clients('meadow')).toBe(before + 1);
  });

  it('has its action back when it waits for a person', async () => {
    const [, , tenantId = ''] = world.tenants;
    const id = await register('lagoon', tenantId);
    const waiting = await settled(stack, id);
    await stack.call('POST', `/v1/registrations/${id}/suspend`);
    const { body } = await stack.call<ShownRegistration>('POST', `/v1/registrations/${id}/resume`);
    expect([body.status, body.action, body.problem]).toEqual([waiting.status, waiting.action, waiting.problem]);
  });

  it('is refused what its status does not allow', async () => {
    expect(await stack.call('POST', `/v1/registrations/${keyed.id}/resume`)).toMatchObject({
      status: 409,
      body: { code: 'registrations.not_possible_now' },
    });
    const { body } = await stack.call<{ key: string }>('POST', '/v1/api-keys', { body: { name: 'cs', role: 'customer_success' } });
    for (const level of Object.keys(LEVELS))
      expect(await stack.call('POST', `/v1/${level}/${LEVELS[level]?.() ?? ''}/suspend`, { key: body.key })).toMatchObject({ status: 403 });
  });
});
