import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, until, type ShownRegistration, type Stack } from '../support/index.js';

interface Rollout {
  id: string;
  status: string;
  items: { state: string; operation_id: string | null; impact: string; way: string }[];
}
interface Worksheet {
  changed: string[];
  completed: boolean;
  secret_needed: boolean;
  fields: { name: string; values: string[] }[];
  client_metadata: Record<string, unknown>;
}

let stack: Stack;
let server: { fhir_base_url: string; issuer: string };
beforeAll(async () => {
  stack = await startStack({ sandboxEnv: { SANDBOX_HOSPITALS: '1', SANDBOX_VENDORS: 'meadow' }, env: { SWEEP_INTERVAL_MS: '200' } });
  const [found] = await stack.sandbox.servers();
  if (!found) throw new Error('The sandbox has no server');
  server = found;
});
afterAll(() => stack.stop());

const create = async (path: string, body: object) => (await stack.call<{ id: string }>('POST', path, { body })).body.id;
const worksheet = async (id: string) => (await stack.call<Worksheet>('GET', `/v1/registrations/${id}/worksheet`)).body;
const complete = (id: string, body: object) =>
  stack.call<ShownRegistration>('POST', `/v1/registrations/${id}/complete`, { body, headers: { prefer: 'wait=20' } });
const read = async (id: string) => (await stack.call<Rollout>('GET', `/v1/rollouts/${id}`)).body;

/** A client that a person registered at a portal, proven. */
async function registered(applicationId: string): Promise<{ id: string; clientId: string }> {
  const base = { environment: 'sandbox', fhir_base_url: server.fhir_base_url, registration_mode: 'portal' };
  const ehrId = await create('/v1/ehrs', { name: 'Portal', ...base });
  const tenantId = await create('/v1/tenants', { name: 'Mary' });
  const pair = { tenant_id: tenantId, ehr_id: ehrId, application_id: applicationId };
  const made = await stack.call<ShownRegistration>('POST', '/v1/registrations', { body: pair, headers: { prefer: 'wait=20' } });
  const { client_metadata: metadata } = await worksheet(made.body.id);
  const answer = await fetch(`${server.issuer}/reg`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(metadata),
  });
  const { client_id: clientId } = (await answer.json()) as { client_id: string };
  expect(await complete(made.body.id, { client_id: clientId })).toMatchObject({ body: { status: 'active' } });
  return { id: made.body.id, clientId };
}

describe('a roll-out to a hospital with a portal', () => {
  it('hands the change to a person, holds up nobody, and is through when they say so and the client is proven (D-40)', async () => {
    const body = { name: 'Sync', client_metadata: { client_name: 'Sync' }, required_scopes: ['system/Patient.rs'] };
    const applicationId = await create('/v1/applications', body);
    const { id, clientId } = await registered(applicationId);
    expect(await worksheet(id)).toMatchObject({ changed: [], completed: true });
    await stack.call('PATCH', `/v1/applications/${applicationId}`, { body: { client_metadata: { client_name: 'Sync 2' } } });
    const { body: begun } = await stack.call<Rollout>('POST', `/v1/applications/${applicationId}/rollout`);
    const asked = await until('the change to be with a person', async () => {
      const rollout = await read(begun.id);
      return rollout.items[0]?.state === 'with_person' ? rollout : undefined;
    });
    expect(asked).toMatchObject({ status: 'running', items: [{ way: 'portal', impact: 'none' }] });
    const operation = await stack.call('GET', `/v1/operations/${asked.items[0]?.operation_id ?? ''}`);
    expect(operation.body).toMatchObject({
      status: 'action_required',
      problem: { code: 'registrations.waits_for_portal_change', next_action: { actor: 'customer_success' } },
    });
    // What is registered goes on as it is.
    expect(await stack.call('GET', `/v1/registrations/${id}`)).toMatchObject({ body: { status: 'active', action: null } });
    expect(await stack.call('POST', `/v1/registrations/${id}/token`)).toMatchObject({ status: 200 });

    const sheet = await worksheet(id);
    expect(sheet).toMatchObject({ changed: ['app_name'], completed: false, secret_needed: false });
    expect(sheet.fields.find(({ name }) => name === 'app_name')?.values).toEqual(['Sync 2']);
    expect(await complete(id, { client_id: 'another' })).toMatchObject({
      status: 409,
      body: { code: 'registrations.client_unchanged_needed' },
    });
    const done = await complete(id, { client_id: clientId, evidence: 'ticket 4712' });
    expect(done).toMatchObject({
      status: 202,
      body: { status: 'active', client_id: clientId, operation: { kind: 'update', status: 'succeeded' } },
    });
    await until('the roll-out to be through', async () => (await read(begun.id)).status === 'succeeded');
    expect(await worksheet(id)).toMatchObject({ changed: [], completed: true });
    const again = await stack.call<{ items: unknown[] }>('POST', `/v1/applications/${applicationId}/rollout?dry_run=true`);
    expect(again.body.items).toEqual([]);
    const attempts = await stack.call<{ data: { kind: string; status: string }[] }>('GET', `/v1/registrations/${id}/attempts`);
    expect(attempts.body.data.map(({ kind, status }) => `${kind} ${status}`)).toEqual(['worksheet applied', 'worksheet adopted']);
  });

  it('asks for the newest change alone, where an older one was never made', async () => {
    const body = { name: 'Lists', client_metadata: { client_name: 'Lists' }, required_scopes: ['system/Patient.rs'] };
    const applicationId = await create('/v1/applications', body);
    const { id, clientId } = await registered(applicationId);
    const rolledOut: Rollout[] = [];
    for (const name of ['Lists 2', 'Lists 3']) {
      await stack.call('PATCH', `/v1/applications/${applicationId}`, { body: { client_metadata: { client_name: name } } });
      const { body: rollout } = await stack.call<Rollout>('POST', `/v1/applications/${applicationId}/rollout`);
      rolledOut.push(rollout);
      await until('the change to be with a person', async () => (await read(rollout.id)).items[0]?.state === 'with_person');
      if (name === 'Lists 2') await stack.call('POST', `/v1/rollouts/${rollout.id}/pause`);
    }
    const [older, newer] = rolledOut;
    expect(await read(older?.id ?? '')).toMatchObject({ status: 'superseded' });
    expect((await worksheet(id)).fields.find(({ name }) => name === 'app_name')?.values).toEqual(['Lists 3']);
    expect(await complete(id, { client_id: clientId })).toMatchObject({ body: { operation: { status: 'succeeded' } } });
    await until('the newer one to be through', async () => (await read(newer?.id ?? '')).status === 'succeeded');
    const statuses = await stack.query<{ status: string }>(
      `SELECT o.status FROM operations o JOIN attempts a ON a.operation_id = o.id WHERE o.kind = 'update' AND a.status IN ('applied', 'superseded')
         AND o.registration_id = (SELECT registration_id FROM rollout_items ORDER BY rollout_id DESC LIMIT 1) ORDER BY o.created_at`,
    );
    expect(statuses.map(({ status }) => status)).toEqual(['cancelled', 'succeeded']);
  });
});
