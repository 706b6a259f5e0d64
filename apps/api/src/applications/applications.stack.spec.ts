import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type Answer, type Stack } from '../../../../test/support/index.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ workers: 0, sandbox: false });
});
afterAll(() => stack.stop());

interface Application {
  id: string;
  revision: { id: string; number: number };
}
const make = (body: object): Promise<Answer<Application>> => stack.call('POST', '/v1/applications', { body: { name: 'App', ...body } });

describe('/v1/applications', () => {
  it('makes a backend application by default, and a revision with each change', async () => {
    const metadata = { client_name: 'Sync', 'client_name#de': 'Abgleich', grant_types: ['client_credentials'] };
    const made = await make({ client_metadata: metadata, required_scopes: ['system/Patient.rs'] });
    expect(made).toMatchObject({
      status: 201,
      body: {
        kind: 'backend',
        revision: { number: 1 },
        client_metadata: metadata,
        required_scopes: ['system/Patient.rs'],
        optional_scopes: [],
      },
    });
    const path = `/v1/applications/${made.body.id}`;
    const etag = made.headers.get('etag') ?? '';
    const changed = await stack.call<Application>('PATCH', path, {
      body: { optional_scopes: ['system/Observation.rs'] },
      headers: { 'if-match': etag },
    });
    expect(changed).toMatchObject({
      status: 200,
      body: { revision: { number: 2 }, client_metadata: metadata, required_scopes: ['system/Patient.rs'] },
    });
    expect(changed.body.revision.id).not.toBe(made.body.revision.id);
    expect(await stack.call('PATCH', path, { body: { name: 'Late' }, headers: { 'if-match': etag } })).toMatchObject({ status: 412 });
    expect(await stack.call('PATCH', path, { body: { kind: 'patient' } })).toMatchObject({ status: 400 });
  });

  it.each([
    ['https://app.example/cb#fragment', 'fragment'],
    ['https://*.app.example/cb', 'wildcard'],
    ['https://user@app.example/cb', 'user_info'],
    ['javascript:alert(1)', 'forbidden_scheme'],
    ['http://app.example/cb', 'https_required'],
  ])('refuses the redirect URI %s as %s (A-07)', async (uri, code) => {
    expect(await make({ kind: 'ehr_launch', client_metadata: { redirect_uris: ['https://app.example/ok', uri] } })).toMatchObject({
      status: 422,
      body: { code: 'applications.metadata_refused', errors: [{ pointer: '/client_metadata/redirect_uris/1', code }] },
    });
  });

  it('tells malformed from refused, with a pointer for each', async () => {
    const unknown = await make({ client_metadata: { colour: 'red', client_secret: 'x', jwks_uri: 'https://a.example/jwks' } });
    expect(unknown).toMatchObject({
      status: 400,
      body: {
        code: 'applications.metadata_malformed',
        errors: [
          { pointer: '/client_metadata/colour', code: 'unknown_member' },
          { pointer: '/client_metadata/client_secret', code: 'issued_by_server' },
          { pointer: '/client_metadata/jwks_uri', code: 'set_by_registrar' },
        ],
      },
    });
    expect(await make({ client_metadata: { grant_types: ['implicit'] } })).toMatchObject({ status: 422 });
    expect(await make({ required_scopes: ['a b"c'] })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/required_scopes/0' }] },
    });
    expect(await make({ launch_url: 'javascript:x' })).toMatchObject({ status: 422, body: { errors: [{ pointer: '/launch_url' }] } });
    expect(await make({ kind: 'robot' })).toMatchObject({ status: 400, body: { errors: [{ pointer: '/kind' }] } });
  });

  it('says something else at one EHR', async () => {
    const { body: app } = await make({ client_metadata: { client_name: 'Sync' } });
    const portal = { name: 'Portal', environment: 'sandbox', registration_mode: 'portal' };
    const { body: ehr } = await stack.call<{ id: string }>('POST', '/v1/ehrs', { body: portal });
    const path = `/v1/applications/${app.id}/ehrs/${ehr.id}`;
    expect(await stack.call('GET', path)).toMatchObject({ status: 404, body: { code: 'applications.override_not_found' } });
    const put = await stack.call('PUT', path, { body: { client_metadata: { client_name: 'Sync here' } } });
    expect(put).toMatchObject({
      status: 200,
      body: { application_id: app.id, ehr_id: ehr.id, client_metadata: { client_name: 'Sync here' } },
    });
    expect(put.headers.get('etag')).toBe('"1"');
    expect(await stack.call('GET', path)).toMatchObject({ status: 200, body: put.body as object });
    const bad = await stack.call('PUT', path, { body: { client_metadata: { redirect_uris: ['https://a.example/#'] } } });
    expect(bad).toMatchObject({ status: 422 });
    const nowhere = `/v1/applications/${app.id}/ehrs/ehr_00000000000000000000000000`;
    expect(await stack.call('PUT', nowhere, { body: { client_metadata: {} } })).toMatchObject({
      status: 404,
      body: { code: 'ehrs.not_found' },
    });
    const other = await stack.call('PUT', `/v1/applications/app_00000000000000000000000000/ehrs/${ehr.id}`, {
      body: { client_metadata: {} },
    });
    expect(other).toMatchObject({ status: 404, body: { code: 'applications.not_found' } });
  });

  it('may be read but not changed by whoever has another job', async () => {
    const { body: app } = await make({});
    const { body } = await stack.call<{ key: string }>('POST', '/v1/api-keys', { body: { name: 's', role: 'service' } });
    expect(await stack.call('GET', `/v1/applications/${app.id}`, { key: body.key })).toMatchObject({ status: 200 });
    expect(await stack.call('PATCH', `/v1/applications/${app.id}`, { key: body.key, body: { name: 'x' } })).toMatchObject({ status: 403 });
  });
});
