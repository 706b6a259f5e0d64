import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type Answer, type Stack } from '../support/index.js';

let stack: Stack;
let place: { tenant_id: string; ehr_id: string; application_id: string };
let other: { tenantId: string; key: string };
beforeAll(async () => {
  stack = await startStack({ workers: 0, sandboxEnv: { SANDBOX_HOSPITALS: '1', SANDBOX_VENDORS: 'meadow' } });
  const [server] = await stack.sandbox.servers();
  const create = async (path: string, body: object) => (await stack.call<{ id: string }>('POST', path, { body })).body.id;
  const tenantId = await create('/v1/tenants', { name: 'Mary' });
  place = {
    tenant_id: tenantId,
    ehr_id: await create('/v1/ehrs', { name: 'Open', environment: 'sandbox', fhir_base_url: server?.fhir_base_url, tenant_id: tenantId }),
    application_id: await create('/v1/applications', {
      name: 'App',
      client_metadata: { client_name: 'App' },
      required_scopes: ['system/Patient.rs'],
    }),
  };
  const otherTenant = await create('/v1/tenants', { name: 'John' });
  const key = await stack.call<{ key: string }>('POST', '/v1/api-keys', {
    body: { name: 'John only', role: 'customer_success', tenant_ids: [otherTenant] },
  });
  other = { tenantId: otherTenant, key: key.body.key };
});
afterAll(() => stack.stop());

interface Refusal {
  code: string;
  errors?: { pointer: string; code: string }[];
}
const register = (body: object, key?: string): Promise<Answer<Refusal>> =>
  stack.call('POST', '/v1/registrations', { body, ...(key ? { key } : {}) });
const registered = async () => (await stack.call<{ data: object[] }>('GET', '/v1/registrations')).body.data.length;

describe('a registration that is asked for wrongly', () => {
  it.each([
    ['an unknown member', { client_metadata: { surprise: 1 } }, 400, '/client_metadata/surprise'],
    ['a wrong type', { client_metadata: { redirect_uris: 'https://app.example/cb' } }, 400, '/client_metadata/redirect_uris'],
    ['a member that Registrar places', { client_metadata: { jwks_uri: 'https://app.example/jwks' } }, 400, '/client_metadata/jwks_uri'],
    ['a fragment', { client_metadata: { redirect_uris: ['https://app.example/cb#x'] } }, 422, '/client_metadata/redirect_uris/0'],
    ['a wildcard', { client_metadata: { redirect_uris: ['https://*.app.example/cb'] } }, 422, '/client_metadata/redirect_uris/0'],
    ['user info', { client_metadata: { redirect_uris: ['https://me@app.example/cb'] } }, 422, '/client_metadata/redirect_uris/0'],
    ['javascript:', { client_metadata: { redirect_uris: ['javascript:alert(1)'] } }, 422, '/client_metadata/redirect_uris/0'],
  ])('%s: nothing is written', async (_what, more, status, pointer) => {
    const before = await registered();
    for (const path of ['/v1/registrations', '/v1/registrations?dry_run=true']) {
      const answer = await stack.call<Refusal>('POST', path, { body: { ...place, ...more } });
      expect(answer.status).toBe(status);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(answer.body.errors?.[0]?.pointer).toMatch(new RegExp(`^${pointer}`));
    }
    expect(await registered()).toBe(before);
  });

  it('contradictory metadata is refused with the findings, in words', async () => {
    const contradictory = { client_metadata: { grant_types: ['authorization_code'], response_types: ['code'] } };
    const answer = await register({ ...place, ...contradictory });
    expect(answer).toMatchObject({ status: 422, body: { code: 'registrations.metadata_refused' } });
    expect((answer.body as unknown as { findings: { severity: string }[] }).findings.some((finding) => finding.severity === 'error')).toBe(
      true,
    );
  });

  it('neither or both of connection and pair', async () => {
    expect(await register({ application_id: place.application_id })).toMatchObject({ status: 400, body: { errors: [{ code: 'one_of' }] } });
    expect(await register({ ...place, connection_id: 'con_00000000000000000000000000' })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/connection_id' }] },
    });
    expect(await register({ ...place, tenant_id: place.ehr_id })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/tenant_id' }] },
    });
  });

  it('an EHR of another hospital, and ids that are nobody’s', async () => {
    expect(await register({ ...place, tenant_id: other.tenantId })).toMatchObject({
      status: 422,
      body: { code: 'registrations.another_hospitals_ehr' },
    });
    expect(await register({ ...place, ehr_id: 'ehr_00000000000000000000000000' })).toMatchObject({ status: 404 });
    expect(await register({ ...place, application_id: 'app_00000000000000000000000000' })).toMatchObject({
      status: 404,
      body: { code: 'registrations.application_not_found' },
    });
  });

  it('a production key with a sandbox EHR', async () => {
    const key = await stack.call<{ key: string }>('POST', '/v1/api-keys', {
      body: { name: 'Live', role: 'product', environment: 'production' },
    });
    expect(await register(place, key.body.key)).toMatchObject({ status: 422, body: { code: 'registrations.environment_mismatch' } });
  });

  it('a body over the limit, and one that is no JSON', async () => {
    expect(await register({ ...place, client_metadata: { client_name: 'x'.repeat(70_000) } })).toMatchObject({ status: 413 });
    expect(await stack.call('POST', '/v1/registrations', { body: '{"application_id": ' })).toMatchObject({ status: 400 });
  });
});

describe('a key that is bound to another hospital', () => {
  it('finds every id of this one like an id that does not exist', async () => {
    const made = await stack.call<{ id: string; operation: { id: string } }>('POST', '/v1/registrations', { body: place });
    expect(made.status).toBe(202);
    const { id, operation } = made.body;
    const batch = await stack.call<{ id: string }>('POST', '/v1/batches', {
      body: { application_id: place.application_id, tenant_ids: [place.tenant_id], ehr_ids: [place.ehr_id] },
    });
    const asOther = (method: string, path: string, body?: object) =>
      stack.call<Refusal>(method, path, { key: other.key, ...(body ? { body } : {}) });
    const calls: [string, string, object?][] = [
      ['GET', `/v1/registrations/${id}`],
      ['GET', `/v1/registrations/${id}/attempts`],
      ['GET', `/v1/registrations/${id}/credentials`],
      ['GET', `/v1/registrations/${id}/worksheet`],
      ['PATCH', `/v1/registrations/${id}`, { client_metadata: {} }],
      ['POST', `/v1/registrations/${id}/verify`],
      ['POST', `/v1/registrations/${id}/retry`],
      ['POST', `/v1/registrations/${id}/complete`, { client_id: 'x' }],
      ['POST', `/v1/registrations/${id}/resolve`, { resolution: 'absent', evidence: 'x' }],
      ['GET', `/v1/operations/${operation.id}`],
      ['GET', `/v1/batches/${batch.body.id}`],
      ['POST', `/v1/batches/${batch.body.id}/retry-failed`],
    ];
    for (const [method, path, body] of calls) {
      const theirs = await asOther(method, path, body);
      const nobodys = await asOther(method, path.replace(/_[0-9a-z]{26}/, '_00000000000000000000000000'), body);
      expect([method, path, theirs.status, theirs.body.code]).toEqual([method, path, 404, nobodys.body.code]);
    }
    expect(await asOther('GET', '/v1/registrations')).toMatchObject({ status: 200, body: { data: [] } });
    expect(await asOther('GET', '/v1/operations')).toMatchObject({ status: 200, body: { data: [] } });
    expect(await register(place, other.key)).toMatchObject({ status: 404, body: { code: 'registrations.connection_not_found' } });
  });
});

describe('lists', () => {
  it('are narrowed by their fields and paged by a cursor that nobody can make up', async () => {
    const page = await stack.call<{ data: { id: string }[]; next_cursor: string | null }>(
      'GET',
      `/v1/registrations?tenant_id=${place.tenant_id}&status=pending&limit=1`,
    );
    expect(page).toMatchObject({ status: 200, body: { data: [{ status: 'pending' }] } });
    expect(await stack.call('GET', '/v1/registrations?status=asleep')).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/status' }] },
    });
    expect(await stack.call('GET', '/v1/registrations?surprise=1')).toMatchObject({ status: 400 });
    expect(await stack.call('GET', '/v1/operations?cursor=AAAA')).toMatchObject({ status: 400, body: { code: 'api.invalid_cursor' } });
    expect(await stack.call('GET', '/v1/matrix')).toMatchObject({ status: 400, body: { errors: [{ pointer: '/application_id' }] } });
  });
});
