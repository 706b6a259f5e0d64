import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onboard, startStack, until, type Onboarding, type Stack } from '../support/index.js';

let stack: Stack;
let world: Onboarding;
beforeAll(async () => {
  stack = await startStack({ sandboxEnv: { SANDBOX_HOSPITALS: '2' } });
  world = await onboard(stack);
});
afterAll(() => stack.stop());

interface Plan {
  to_create: { tenant_id: string; ehr_id: string; connection_id: string | null; findings: unknown[] }[];
  existing: { registration_id: string }[];
  not_this_hospitals: { tenant_id: string; ehr_id: string }[];
  not_connected: unknown[];
  duration: string;
  plan_hash: string;
}
interface Batch {
  id: string;
  status: string;
  total: number;
  created: number;
  existing: number;
  counts: Record<string, number>;
  items: { registration_id: string; vendor: string; ehr_name: string; status: string; proof: string }[];
  plan_hash: string;
}

const wanted = (more: object = {}) => ({
  application_id: world.applicationId,
  tenant_ids: world.tenants,
  ehr_ids: world.ehrs.map((ehr) => ehr.id),
  connect: true,
  ...more,
});
const finished = (id: string) =>
  until('the batch to finish', async () => {
    const { body } = await stack.call<Batch>('GET', `/v1/batches/${id}`);
    return body.status === 'finished' ? body : undefined;
  });

describe('a batch of two hospitals at four vendors', () => {
  it('is planned, confirmed by its hash, and ends with every client registered at a real server, sealed and proven', async () => {
    const unconnected = await stack.call<Plan>('POST', '/v1/batches?dry_run=true', { body: wanted({ connect: false }) });
    expect(unconnected).toMatchObject({ status: 200, body: { to_create: [], not_connected: expect.arrayContaining([]) as unknown[] } });
    expect(unconnected.body.not_connected).toHaveLength(8);

    const plan = await stack.call<Plan>('POST', '/v1/batches?dry_run=true', { body: wanted() });
    expect(plan.status).toBe(200);
    expect(plan.body.to_create).toHaveLength(8);
    expect(
      plan.body.to_create.flatMap((pair) => pair.findings.filter((one) => (one as { severity: string }).severity === 'error')),
    ).toEqual([]);
    expect(plan.body.not_this_hospitals).toHaveLength(6);
    expect(plan.body.duration).toMatch(/^PT\d+S$/);
    expect(await stack.sandbox.ledger()).toEqual([]);

    const other = await stack.call('POST', '/v1/batches', { body: wanted({ plan_hash: '0'.repeat(64) }) });
    expect(other).toMatchObject({ status: 409, body: { code: 'batches.plan_changed', plan_hash: plan.body.plan_hash } });

    const made = await stack.call<Batch>('POST', '/v1/batches', { body: wanted({ plan_hash: plan.body.plan_hash }) });
    expect(made).toMatchObject({ status: 202, body: { total: 8, created: 8, existing: 0, status: 'running' } });
    expect(made.headers.get('location')).toBe(`/v1/batches/${made.body.id}`);
    const done = await finished(made.body.id);
    expect(done.counts).toEqual({ active: 8 });
    const proofs = done.items.map((item) => [item.ehr_name.split(' ')[0], item.proof]).sort();
    expect(proofs).toEqual([
      ['harbor', 'token'],
      ['harbor', 'token'],
      ['lagoon', 'client_authentication'],
      ['lagoon', 'client_authentication'],
      ['meadow', 'token'],
      ['meadow', 'token'],
      ['summit', 'token'],
      ['summit', 'token'],
    ]);
    expect(await stack.sandbox.ledger()).toHaveLength(8);
  });

  it('again creates nothing: everything is listed as existing, and the ledgers hold what they held', async () => {
    const again = await stack.call<Batch>('POST', '/v1/batches', { body: wanted() });
    expect(again).toMatchObject({ status: 202, body: { total: 8, created: 0, existing: 8, counts: { active: 8 } } });
    const retried = await stack.call<Batch>('POST', `/v1/batches/${again.body.id}/retry-failed`);
    expect(retried).toMatchObject({ status: 202, body: { counts: { active: 8 } } });
    expect(await stack.sandbox.ledger()).toHaveLength(8);
  });

  it('fills the matrix, and every launch finds its registration', async () => {
    const matrix = await stack.call<{ cells: { tenant_id: string; ehr_id: string; status: string }[] }>(
      'GET',
      `/v1/matrix?application_id=${world.applicationId}`,
    );
    expect(matrix.status).toBe(200);
    expect(matrix.body.cells).toHaveLength(8);
    expect(new Set(matrix.body.cells.map((cell) => cell.status))).toEqual(new Set(['active']));
    const lookup = (iss: string, more = '') =>
      stack.call<{ client_id: string }>(
        'GET',
        `/v1/registrations/lookup?application_id=${world.applicationId}&iss=${encodeURIComponent(iss)}${more}`,
      );
    const meadow = world.ehrs.find((ehr) => ehr.server.vendor === 'meadow');
    expect(await lookup(meadow?.server.fhir_base_url ?? '')).toMatchObject({
      status: 200,
      body: {
        tenant_id: meadow?.tenantId,
        token_endpoint_auth_method: 'private_key_jwt',
        endpoints: { token: expect.stringContaining('http') as string },
      },
    });
    const shared = world.ehrs.find((ehr) => ehr.server.shared)?.server.fhir_base_url ?? '';
    expect(await lookup(shared)).toMatchObject({ status: 409, body: { code: 'registrations.lookup_ambiguous' } });
    const [one, two] = [await lookup(shared, '&tenant_external_id=h01'), await lookup(shared, '&tenant_external_id=h02')];
    expect([one.status, two.status]).toEqual([200, 200]);
    expect(one.body.client_id).not.toBe(two.body.client_id);
    expect(await lookup('https://nowhere.example/fhir')).toMatchObject({ status: 404, body: { code: 'registrations.none_active' } });
  });

  it('retries what failed and nothing else, where one server refused', async () => {
    const application = await stack.call<{ id: string }>('POST', '/v1/applications', {
      body: { name: 'Second', client_metadata: { client_name: 'Second' }, required_scopes: ['system/Patient.rs'] },
    });
    const ehrIds = world.ehrs.filter((ehr) => ehr.server.vendor === 'meadow').map((ehr) => ehr.id);
    await stack.sandbox.fault({ vendor: 'meadow', hospital: 'h01', kind: 'status', status: 403, body: '{"error":"access_denied"}' });
    const made = await stack.call<Batch>('POST', '/v1/batches', { body: wanted({ application_id: application.body.id, ehr_ids: ehrIds }) });
    expect((await finished(made.body.id)).counts).toEqual({ active: 1, rejected: 1 });
    expect(await stack.call('POST', `/v1/batches/${made.body.id}/retry-failed`)).toMatchObject({
      status: 202,
      body: { counts: { pending: 1, active: 1 } },
    });
    expect((await finished(made.body.id)).counts).toEqual({ active: 2 });
  });

  it('is refused when it is malformed, empty or names what is not ours', async () => {
    const send = (body: object, path = '/v1/batches') => stack.call('POST', path, { body });
    expect(await send(wanted({ surprise: 1 }))).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/surprise', code: 'unknown_member' }] },
    });
    expect(await send(wanted({ connection_ids: ['con_00000000000000000000000000'] }))).toMatchObject({
      status: 400,
      body: { errors: [{ code: 'one_of' }] },
    });
    expect(await send({ application_id: world.applicationId })).toMatchObject({ status: 400 });
    expect(await send(wanted({ tenant_ids: [] }))).toMatchObject({ status: 400 });
    expect(await send(wanted({ tenant_ids: ['ten_00000000000000000000000000'] }))).toMatchObject({
      status: 404,
      body: { code: 'batches.not_all_found', errors: [{ pointer: '/tenant_ids/0' }] },
    });
    expect(await send(wanted(), '/v1/batches?surprise=1')).toMatchObject({ status: 400 });
    expect(await stack.call('GET', '/v1/batches/bat_00000000000000000000000000')).toMatchObject({
      status: 404,
      body: { code: 'batches.not_found' },
    });
    expect(await stack.call('GET', '/v1/batches/bat_nonsense')).toMatchObject({ status: 404 });
  });
});
