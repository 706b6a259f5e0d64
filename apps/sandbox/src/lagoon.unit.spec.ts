import { afterAll, describe, expect, it } from 'vitest';
import { exchange, firstServer, sendMetadata, sendTokenRequest, startKeyHolder, startVendor } from './sandbox.fixture.js';

const APP = {
  client_name: 'Growth chart',
  redirect_uris: ['https://app.example.com/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  scope: 'launch openid fhirUser patient/Patient.rs offline_access',
};
const MADE_UP = {
  grant_type: 'authorization_code',
  code: 'made-up',
  redirect_uri: 'https://app.example.com/callback',
  code_verifier: 'v'.repeat(43),
};

describe('lagoon: one server for all hospitals, authorization code, rotating registration access tokens', async () => {
  const vendor = await startVendor('lagoon');
  const keys = await startKeyHolder();
  const { issuer, fhir_base_url: fhir } = await firstServer(vendor);
  afterAll(async () => {
    keys.close();
    await vendor.stop();
  });

  it('is one server at the root, with PKCE and both kinds of clients (A-68)', async () => {
    expect(await vendor.ask('servers', {})).toMatchObject([{ vendor: 'lagoon', shared: true, issuer, fhir_base_url: fhir }]);
    for (const url of [`${fhir}/.well-known/smart-configuration`, `${issuer}/.well-known/oauth-authorization-server`]) {
      expect((await exchange(url)).body).toMatchObject({
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        grant_types_supported: ['authorization_code', 'refresh_token'],
        code_challenge_methods_supported: ['S256'],
        token_endpoint_auth_methods_supported: ['client_secret_basic', 'private_key_jwt'],
      });
    }
  });

  it('answers a made-up code with invalid_grant after good credentials, invalid_client after wrong ones (H-50)', async () => {
    const symmetric = await sendMetadata(`${issuer}/reg`, { ...APP, token_endpoint_auth_method: 'client_secret_basic' });
    expect(symmetric.status).toBe(201);
    const [id, secret] = [String(symmetric.body.client_id), String(symmetric.body.client_secret)];
    expect(await sendTokenRequest(issuer, MADE_UP, `${id}:${secret}`)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(await sendTokenRequest(issuer, MADE_UP, `${id}:wrong`)).toMatchObject({ status: 401, body: { error: 'invalid_client' } });

    const sent = { ...APP, token_endpoint_auth_method: 'private_key_jwt', jwks_uri: keys.jwksUri };
    const asymmetric = String((await sendMetadata(`${issuer}/reg`, sent)).body.client_id);
    const good = await keys.assertion(asymmetric, `${issuer}/token`);
    expect(await sendTokenRequest(issuer, { ...MADE_UP, ...good })).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    const stranger = await startKeyHolder();
    const wrong = await stranger.assertion(asymmetric, `${issuer}/token`);
    stranger.close();
    expect(await sendTokenRequest(issuer, { ...MADE_UP, ...wrong })).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });

  it('has no client_credentials', async () => {
    const sent = { ...APP, grant_types: [...APP.grant_types, 'client_credentials'], token_endpoint_auth_method: 'client_secret_basic' };
    expect(await sendMetadata(`${issuer}/reg`, sent)).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } });
    const { body } = await sendMetadata(`${issuer}/reg`, { ...APP, token_endpoint_auth_method: 'client_secret_basic' });
    const basic = `${String(body.client_id)}:${String(body.client_secret)}`;
    const refused = await sendTokenRequest(issuer, { grant_type: 'client_credentials' }, basic);
    expect(refused).toMatchObject({ status: 400, body: { error: 'unsupported_grant_type' } });
  });

  it('replaces the registration access token on PUT and keeps the secret (B-12, H-04)', async () => {
    const { body } = await sendMetadata(`${issuer}/reg`, { ...APP, token_endpoint_auth_method: 'client_secret_basic' });
    const [uri, first] = [String(body.registration_client_uri), String(body.registration_access_token)];
    const changed = { ...APP, client_id: body.client_id, client_name: 'Growth chart 2', token_endpoint_auth_method: 'client_secret_basic' };
    const put = await sendMetadata(uri, changed, first, 'PUT');
    expect(put).toMatchObject({ status: 200, body: { client_name: 'Growth chart 2', client_secret: body.client_secret } });
    const second = String(put.body.registration_access_token);
    expect(second).not.toBe(first);
    const read = (token: string) => exchange(uri, { headers: { authorization: `Bearer ${token}` } });
    expect(await read(first)).toMatchObject({ status: 401, body: { error: 'invalid_token' } });
    expect(await read(second)).toMatchObject({ status: 200, body: { registration_access_token: second } });
    // B-04: what the server itself issued may not be sent back.
    const forbidden = await sendMetadata(uri, { ...changed, client_id_issued_at: 1 }, second, 'PUT');
    expect(forbidden).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  it('deletes, and the ledger keeps the deleted client with its time', async () => {
    const { body } = await sendMetadata(`${issuer}/reg`, { ...APP, token_endpoint_auth_method: 'client_secret_basic' });
    const authorization = `Bearer ${String(body.registration_access_token)}`;
    const deleted = await exchange(String(body.registration_client_uri), { method: 'DELETE', headers: { authorization } });
    expect(deleted.status).toBe(204);
    const entry = (await vendor.ask('ledger', {})).find(({ client_id }) => client_id === body.client_id);
    expect(entry).toMatchObject({ hospital: null, issuer, deleted_at: expect.any(String) as string });
  });
});
