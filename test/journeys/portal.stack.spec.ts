import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type ShownRegistration, type Stack } from '../support/index.js';

let stack: Stack;
let server: { fhir_base_url: string; issuer: string };
beforeAll(async () => {
  stack = await startStack({ sandboxEnv: { SANDBOX_HOSPITALS: '1', SANDBOX_VENDORS: 'meadow,summit' } });
  const found = (await stack.sandbox.servers()).find((each) => each.vendor === 'meadow');
  if (!found) throw new Error('The sandbox has no meadow');
  server = found;
});
afterAll(() => stack.stop());

interface Worksheet {
  fields: { name: string; title: string; values: string[] }[];
  client_metadata: Record<string, unknown>;
  secret_needed: boolean;
  checksum: string;
  completed: boolean;
}

const create = async (path: string, body: object) => (await stack.call<{ id: string }>('POST', path, { body })).body.id;

/** A person at the vendor's portal: types in what the worksheet says, and gets a client id. Here the portal is the server itself. */
async function typedIn(worksheet: Worksheet): Promise<string> {
  const discovered = (await (await fetch(`${server.fhir_base_url}/.well-known/smart-configuration`)).json()) as {
    registration_endpoint: string;
  };
  const value = (name: string) => worksheet.fields.find((field) => field.name === name)?.values ?? [];
  const answer = await fetch(discovered.registration_endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: value('app_name')[0],
      jwks_uri: value('jwks_url')[0],
      scope: value('scopes').join(' '),
      token_endpoint_auth_method: value('auth_method')[0],
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
    }),
  });
  return ((await answer.json()) as { client_id: string }).client_id;
}

async function atPortal(ehrId: string, applicationId: string, name: string): Promise<ShownRegistration> {
  const tenantId = await create('/v1/tenants', { name });
  const made = await stack.call<ShownRegistration>('POST', '/v1/registrations', {
    body: { tenant_id: tenantId, ehr_id: ehrId, application_id: applicationId },
    headers: { prefer: 'wait=20' },
  });
  expect(made).toMatchObject({
    status: 202,
    body: { status: 'action_required', action: 'complete_portal_registration', operation: { status: 'action_required' } },
  });
  expect(made.body.problem?.next_action.actor).toBe('customer_success');
  return made.body;
}

const complete = (id: string, body: object) =>
  stack.call<ShownRegistration>('POST', `/v1/registrations/${id}/complete`, { body, headers: { prefer: 'wait=20' } });

describe('an EHR without dynamic registration', () => {
  it('has a worksheet with every field to copy, and the client that comes of it is proven by a token', async () => {
    const ehrId = await create('/v1/ehrs', {
      name: 'Portal',
      environment: 'sandbox',
      fhir_base_url: server.fhir_base_url,
      registration_mode: 'portal',
    });
    const applicationId = await create('/v1/applications', {
      name: 'Sync',
      client_metadata: { client_name: 'Sync', logo_uri: 'https://app.example/logo.png', policy_uri: 'https://app.example/privacy' },
      required_scopes: ['system/Patient.rs'],
    });
    const { id } = await atPortal(ehrId, applicationId, 'Mary');
    const worksheet = await stack.call<Worksheet>('GET', `/v1/registrations/${id}/worksheet`);
    expect(worksheet).toMatchObject({ status: 200, body: { secret_needed: false, completed: false } });
    expect(worksheet.body.fields.map((field) => field.name)).toEqual([
      'app_name',
      'app_type',
      'jwks_url',
      'auth_method',
      'scopes',
      'logo',
      'privacy',
    ]);
    const hosted = await fetch(worksheet.body.fields.find((field) => field.name === 'jwks_url')?.values[0] ?? '');
    expect(((await hosted.json()) as { keys: object[] }).keys).toHaveLength(1);

    expect(await complete(id, {})).toMatchObject({ status: 400, body: { errors: [{ pointer: '/client_id', code: 'required' }] } });
    expect(await complete(id, { client_id: 'x', client_secret: 'not-wanted-here' })).toMatchObject({
      status: 422,
      body: { code: 'registrations.client_secret_unused' },
    });
    const clientId = await typedIn(worksheet.body);
    const done = await complete(id, { client_id: clientId, evidence: { ticket: 'INC-1', contact: 'Jo at the vendor' } });
    expect(done).toMatchObject({
      status: 202,
      body: { status: 'active', proof: 'token', client_id: clientId, manageable: 'no', client_scope: 'registration' },
    });
    const attempts = await stack.call<{ data: object[] }>('GET', `/v1/registrations/${id}/attempts`);
    expect(attempts.body.data).toMatchObject([{ kind: 'worksheet', status: 'adopted', evidence: { evidence: { ticket: 'INC-1' } } }]);
    expect(await complete(id, { client_id: clientId })).toMatchObject({ status: 409, body: { code: 'registrations.not_possible_now' } });

    const second = await atPortal(ehrId, applicationId, 'John');
    expect(await complete(second.id, { client_id: clientId })).toMatchObject({
      status: 409,
      body: { code: 'registrations.client_id_taken' },
    });
    const [service, token] = [
      await stack.call('GET', `/v1/registrations/${id}`),
      await stack.call('POST', `/v1/registrations/${id}/token`, { body: {} }),
    ];
    expect([service.status, token.status]).toEqual([200, 200]);
  });

  it('that gives one client for all hospitals: the second one shares it, and both get tokens', async () => {
    const ehrId = await create('/v1/ehrs', {
      name: 'Shared portal',
      environment: 'sandbox',
      fhir_base_url: server.fhir_base_url,
      registration_mode: 'portal',
      client_scope: 'application',
    });
    const applicationId = await create('/v1/applications', {
      name: 'Everywhere',
      client_metadata: { client_name: 'Everywhere' },
      required_scopes: ['system/Patient.rs'],
    });
    const [first, second] = [await atPortal(ehrId, applicationId, 'A'), await atPortal(ehrId, applicationId, 'B')];
    const worksheet = await stack.call<Worksheet>('GET', `/v1/registrations/${first.id}/worksheet`);
    const clientId = await typedIn(worksheet.body);
    for (const { id } of [first, second]) {
      const done = await complete(id, { client_id: clientId });
      expect(done).toMatchObject({
        status: 202,
        body: { status: 'active', proof: 'token', client_id: clientId, client_scope: 'application' },
      });
      expect(await stack.call('POST', `/v1/registrations/${id}/token`, { body: {} })).toMatchObject({
        status: 200,
        body: { token_type: 'Bearer' },
      });
    }
    expect((await stack.sandbox.ledger()).filter((client) => client.client_name === 'Everywhere')).toHaveLength(1);
  });

  it('has no worksheet where a server registers by itself', async () => {
    const ehrId = await create('/v1/ehrs', { name: 'Open', environment: 'sandbox', fhir_base_url: server.fhir_base_url });
    const applicationId = await create('/v1/applications', {
      name: 'App',
      client_metadata: { client_name: 'App' },
      required_scopes: ['system/Patient.rs'],
    });
    const tenantId = await create('/v1/tenants', { name: 'C' });
    const { body } = await stack.call<ShownRegistration>('POST', '/v1/registrations', {
      body: { tenant_id: tenantId, ehr_id: ehrId, application_id: applicationId },
    });
    expect(await stack.call('GET', `/v1/registrations/${body.id}/worksheet`)).toMatchObject({
      status: 409,
      body: { code: 'registrations.strategy_mismatch' },
    });
    expect(await complete(body.id, { client_id: 'x' })).toMatchObject({ status: 409, body: { code: 'registrations.strategy_mismatch' } });
  });
});
