import { afterAll, describe, expect, it } from 'vitest';
import { BACKEND, exchange, firstServer, sendMetadata, sendTokenRequest, startKeyHolder, startVendor } from './sandbox.fixture.js';

describe('meadow: open registration, assertions, a server for each hospital', async () => {
  const vendor = await startVendor('meadow');
  const keys = await startKeyHolder();
  const { issuer, fhir_base_url: fhir } = await firstServer(vendor);
  afterAll(async () => {
    keys.close();
    await vendor.stop();
  });

  it('publishes the same issuer and endpoints in every document (A-60, A-61, A-62)', async () => {
    const { origin, pathname } = new URL(issuer);
    const documents = await Promise.all(
      [
        `${fhir}/.well-known/smart-configuration`,
        `${origin}/.well-known/oauth-authorization-server${pathname}`,
        `${origin}/.well-known/openid-configuration${pathname}`,
        `${issuer}/.well-known/openid-configuration`,
      ].map((url) => exchange(url)),
    );
    for (const { status, body } of documents) {
      expect(status).toBe(200);
      expect(body).toMatchObject({
        issuer,
        token_endpoint: `${issuer}/token`,
        registration_endpoint: `${issuer}/reg`,
        jwks_uri: `${issuer}/jwks`,
        grant_types_supported: ['client_credentials'],
        token_endpoint_auth_methods_supported: ['private_key_jwt'],
        token_endpoint_auth_signing_alg_values_supported: ['ES384', 'RS384'],
        code_challenge_methods_supported: ['S256'],
      });
      expect(body.scopes_supported).toContain('system/Patient.rs');
    }
    expect(documents[0]?.body.capabilities).toContain('client-confidential-asymmetric');
  });

  it('fetches jwks_uri over loopback http and grants the scope that was asked for', async () => {
    const sent = { ...BACKEND, token_endpoint_auth_method: 'private_key_jwt', jwks_uri: keys.jwksUri, software_version: 'marker-1' };
    const registered = await sendMetadata(`${issuer}/reg`, sent);
    expect(registered).toMatchObject({ status: 201, body: { ...sent, redirect_uris: [] } });
    expect(registered.body.client_secret).toBeUndefined();
    expect(registered.body.registration_client_uri).toBe(`${issuer}/reg/${String(registered.body.client_id)}`);

    for (const audience of [issuer, `${issuer}/token`]) {
      const assertion = await keys.assertion(String(registered.body.client_id), audience);
      const form = { grant_type: 'client_credentials', scope: 'system/Patient.rs', ...assertion };
      expect(await sendTokenRequest(issuer, form)).toMatchObject({
        status: 200,
        body: { token_type: 'Bearer', scope: 'system/Patient.rs', expires_in: 300 },
      });
      // an assertion is good for one use.
      expect(await sendTokenRequest(issuer, form)).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    }
    const [entry] = await vendor.ask('ledger', {});
    expect(entry).toMatchObject({ hospital: 'h01', software_version: 'marker-1', token_requests: 4, tokens_issued: 2, deleted_at: null });
  });

  it('takes inline keys and a resource indicator as well', async () => {
    const sent = { ...BACKEND, token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [keys.jwk] } };
    const { status, body } = await sendMetadata(`${issuer}/reg`, sent);
    expect(status).toBe(201);
    const assertion = await keys.assertion(String(body.client_id), issuer);
    const granted = await sendTokenRequest(issuer, {
      grant_type: 'client_credentials',
      scope: BACKEND.scope,
      resource: fhir,
      ...assertion,
    });
    expect(granted).toMatchObject({ status: 200, body: { scope: BACKEND.scope } });
  });

  it('refuses with RFC 7591 errors: a secret method, a scope that it does not have, both kinds of keys (A-08)', async () => {
    const good = { ...BACKEND, token_endpoint_auth_method: 'private_key_jwt', jwks_uri: keys.jwksUri };
    for (const bad of [
      { ...good, token_endpoint_auth_method: 'client_secret_basic' },
      { ...good, scope: 'system/Nonsense.rs' },
      { ...good, jwks: { keys: [keys.jwk] } },
    ]) {
      expect(await sendMetadata(`${issuer}/reg`, bad)).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } });
    }
  });

  it('keeps hospitals apart: a client of one is unknown at the other', async () => {
    const sent = { ...BACKEND, token_endpoint_auth_method: 'private_key_jwt', jwks_uri: keys.jwksUri };
    const { body } = await sendMetadata(`${issuer}/reg`, sent);
    const other = issuer.replace('h01', 'h02');
    const assertion = await keys.assertion(String(body.client_id), other);
    const answer = await sendTokenRequest(other, { grant_type: 'client_credentials', ...assertion });
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });
});
