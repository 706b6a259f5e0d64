import { afterAll, describe, expect, it } from 'vitest';
import { BACKEND, exchange, sendMetadata, sendTokenRequest } from '../sandbox.fixture.js';
import { PRODUCT_NAMES } from './product-names.js';
import { initialAccess, SECRET_CLIENT, serverOf, startSimulator } from './simulator.fixture.js';

describe('registering at simulated servers', async () => {
  const simulator = await startSimulator(...PRODUCT_NAMES);
  afterAll(() => simulator.stop());

  it('names the same issuer and endpoints in every document (A-61, A-62), OpenID’s only where the product has it', async () => {
    for (const product of ['keycloak', 'portal'] as const) {
      const { issuer, listing } = await serverOf(simulator, product);
      const { origin, pathname } = new URL(issuer);
      expect(pathname).toBe(`/${product}/h01`);
      const [smart, inserted, appended, openid] = await Promise.all(
        [
          `${listing.fhir_base_url}/.well-known/smart-configuration`,
          `${origin}/.well-known/oauth-authorization-server${pathname}`,
          `${issuer}/.well-known/openid-configuration`,
          `${origin}/.well-known/openid-configuration${pathname}`,
        ].map((url) => exchange(url)),
      );
      for (const document of [smart, inserted])
        expect(document).toMatchObject({ status: 200, body: { issuer, token_endpoint: `${issuer}/token` } });
      const status = product === 'portal' ? 404 : 200;
      expect([appended?.status, openid?.status]).toEqual([status, status]);
      expect('registration_endpoint' in (smart?.body ?? {})).toBe(product !== 'portal');
    }
  });

  it('asks for what opens registration, each in its way (I-01)', async () => {
    const refused = async (product: 'keycloak' | 'curity' | 'spring' | 'okta' | 'glewlwyd', bearer?: string) =>
      (await sendMetadata(`${(await serverOf(simulator, product)).issuer}/reg`, SECRET_CLIENT, bearer)).status;
    for (const product of ['keycloak', 'curity', 'spring', 'okta', 'glewlwyd'] as const) {
      expect(await refused(product)).toBe(401);
      expect(await refused(product, 'made-up')).toBe(401);
    }
    // One use: only a registration that succeeded uses it up.
    const curity = await serverOf(simulator, 'curity');
    const fetched = await initialAccess(curity.listing);
    const send = (metadata: object) => sendMetadata(`${curity.issuer}/reg`, { ...metadata }, fetched);
    expect((await send({ ...SECRET_CLIENT, scope: 'system/Nonsense.rs' })).status).toBe(400);
    expect((await send(SECRET_CLIENT)).status).toBe(201);
    expect((await send(SECRET_CLIENT)).status).toBe(401);
    const counted = await simulator.ask('mint', { vendor: 'keycloak', hospital: 'h01', uses: 2, ttl_ms: 1000 });
    expect(await refused('keycloak', counted ?? '')).toBe(201);
    await simulator.ask('clock', { advance_ms: 1000 });
    expect(await refused('keycloak', counted ?? '')).toBe(401);
    const glewlwyd = await serverOf(simulator, 'glewlwyd');
    expect((await glewlwyd.register()).status).toBe(200);
    expect(await refused('glewlwyd', glewlwyd.listing.initial_access_token)).toBe(401);
    expect((await (await serverOf(simulator, 'glewlwyd')).register()).status).toBe(200);
  });

  it('the client that fetches initial access tokens gets only the registration scope (I-03)', async () => {
    const { listing, issuer } = await serverOf(simulator, 'spring');
    const { client_id: id, client_secret: secret } = listing.iat_client ?? {};
    const basic = `${id ?? ''}:${secret ?? ''}`;
    const form = { grant_type: 'client_credentials', scope: 'system/Patient.rs' };
    expect(await sendTokenRequest(issuer, form, basic)).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
    expect(await sendTokenRequest(issuer, { ...form, scope: 'client.create' }, basic)).toMatchObject({ body: { scope: 'client.create' } });
  });

  it('treats members that it does not know as the product does (A-12)', async () => {
    const more = { software_version: '7', nickname: 'x' };
    const [keycloak, provider, ibm] = await Promise.all(
      (['keycloak', 'node-oidc-provider', 'ibm'] as const).map((product) => serverOf(simulator, product)),
    );
    const refused = await keycloak?.register(more);
    expect(refused).toMatchObject({ status: 400, body: { error: expect.stringContaining('Unrecognized field "nickname"') as string } });
    const stripped = (await provider?.register(more))?.body ?? {};
    expect([stripped.software_version, stripped.nickname]).toEqual([undefined, undefined]);
    expect((await ibm?.register(more))?.body).toMatchObject(more);
  });

  it('narrows, rewrites or refuses scopes (A-35, K-16, K-26)', async () => {
    const scope = 'system/Patient.rs system/Nonsense.rs';
    const [keycloak, mitreid] = [await serverOf(simulator, 'keycloak'), await serverOf(simulator, 'mitreid')];
    expect(await keycloak.register({ scope })).toMatchObject({ status: 403, body: { error: 'insufficient_scope' } });
    expect(await mitreid.register({ scope })).toMatchObject({ status: 201, body: { scope: 'system/Patient.rs' } });
    await mitreid.change({ scopeSyntax: 'v1' });
    const { body } = await mitreid.register({ scope: 'system/Patient.rs' });
    expect(body.scope).toBe('system/Patient.read');
    const granted = await sendTokenRequest(
      mitreid.issuer,
      { grant_type: 'client_credentials', scope: 'system/Patient.rs' },
      `${String(body.client_id)}:${String(body.client_secret)}`,
    );
    expect(granted.body.scope).toBe('system/Patient.read');
    const mixed = { grant_types: ['client_credentials', 'authorization_code'], redirect_uris: ['https://app.example/cb'] };
    expect((await mitreid.register(mixed)).body.error_description).toContain('Incompatible grant types');
  });

  it('answers in its own shapes (A-32, A-33, A-36, K-5, K-19, K-27)', async () => {
    const launched = { grant_types: ['authorization_code'], redirect_uris: ['https://app.example/cb'], scope: 'openid' };
    const [ibm, pingam, okta, hydra, spring, duende] = await Promise.all(
      (['ibm', 'pingam', 'okta', 'hydra', 'spring', 'duende'] as const).map((product) => serverOf(simulator, product)),
    );
    expect((await ibm?.register(launched))?.body.redirect_uris).toBe('https://app.example/cb');
    expect((await pingam?.register())?.body).toMatchObject({ scopes: ['system/Patient.rs'] });
    expect((await okta?.register())?.body).toMatchObject({ client_uri: null });
    const keyed = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [] } };
    const unasked = await hydra?.register(keyed);
    expect(unasked?.body).toMatchObject({ token_endpoint_auth_method: 'private_key_jwt', client_secret: expect.any(String) as string });
    expect(unasked?.headers.get('location')).toContain('/admin/clients/');
    expect((await spring?.register())?.body.grant_types).toEqual(['client_credentials', 'authorization_code']);
    const text = { method: 'POST', body: 'x', headers: { authorization: `Bearer ${duende?.listing.initial_access_token ?? ''}` } };
    expect(await exchange(`${duende?.issuer ?? ''}/reg`, text)).toMatchObject({ status: 415, body: {} });
    await pingam?.change({ secretLifeMs: 1000, secretExpiresAt: 'milliseconds', rcuStyle: 'relative' });
    const odd = (await pingam?.register())?.body ?? {};
    expect(odd.client_secret_expires_at).toBeGreaterThan(1e12);
    expect(odd.registration_client_uri).toBe(`/pingam/h01/reg/${String(odd.client_id)}`);
    await pingam?.change({ answersOnlyClientId: true });
    expect(Object.keys((await pingam?.register())?.body ?? {})).toEqual(['client_id']);
  });

  it('has room for so many clients, or makes no second one of the same metadata (K-69, H-30 b)', async () => {
    const server = await serverOf(simulator, 'auth0');
    await server.change({ maxClients: 1 });
    expect([(await server.register()).status, (await server.register()).status]).toEqual([201, 403]);
    await server.change({ maxClients: null, idempotentByMetadata: true });
    const [again, same] = [await server.register(), await server.register({ ...BACKEND })];
    expect(same.body.client_id).toBe(again.body.client_id);
  });
});
