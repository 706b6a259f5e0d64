import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { exchange } from '../sandbox.fixture.js';
import { metadataOf, serverOf, startSimulator } from './simulator.fixture.js';

const UPDATE = { endpoint: 'client_configuration', method: 'PUT' } as const;

describe('simulated servers that do something else than they were asked to (protocol.md K)', async () => {
  const simulator = await startSimulator('keycloak', 'node-oidc-provider', 'ibm', 'hydra', 'wso2', 'pingfederate');
  const server = await serverOf(simulator, 'pingfederate');
  afterEach(() => simulator.ask('clear_faults', {}));
  afterAll(() => simulator.stop());
  const update = async (more: object = {}) => {
    const { body: client } = await server.register();
    return { client, put: await server.update(client, { ...metadataOf(client), client_name: 'New', ...more }) };
  };

  it('ignores a change with 200 (K-37), drops members (K-38), answers another client_id', async () => {
    await server.twist({ kind: 'ignore_change', ...UPDATE });
    expect((await update()).put).toMatchObject({ status: 200, body: { client_name: 'Chart summary' } });
    await server.twist({ kind: 'drop_members', ...UPDATE });
    expect((await update()).put.body.contacts).toBeUndefined();
    await server.twist({ kind: 'another_client_id', ...UPDATE });
    const { client, put } = await update();
    expect(put.body.client_id).not.toBe(client.client_id);
    expect((await update()).put.body).toMatchObject({ client_name: 'New', contacts: ['ops@app.example'] });
  });

  it('widens what was asked for, and means it (K-22 to K-24)', async () => {
    await server.twist({ kind: 'widen_redirect_uris', ...UPDATE });
    const { client, put } = await update();
    expect(put.body.redirect_uris).toEqual(['https://elsewhere.example/callback']);
    expect((await server.read(client)).body.redirect_uris).toEqual(put.body.redirect_uris);
    await server.twist({ kind: 'widen_scope', endpoint: 'registration' });
    expect((await server.register()).body.scope).toBe('system/Patient.rs system/*.cruds');
    await server.twist({ kind: 'widen_grants', endpoint: 'registration' });
    expect((await server.register()).body.grant_types).toContain('authorization_code');
  });

  it('downgrades the method of authentication (K-21), and repeats what it was shown (K-55)', async () => {
    await server.twist({ kind: 'downgrade_auth_method', endpoint: 'registration' });
    const { body } = await server.register({ token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [] } });
    expect(body).toMatchObject({ token_endpoint_auth_method: 'client_secret_post', client_secret: expect.any(String) as string });
    await server.twist({ kind: 'echo_secret', ...UPDATE });
    const { client, put } = await update();
    expect(put.status).toBe(400);
    expect(put.body.error_description).toContain(client.registration_access_token);
    expect(put.body.error_description).toContain('<script>');
  });

  it('rotates although the answer is lost (K-33, K-34)', async () => {
    const ibm = await serverOf(simulator, 'ibm');
    const client = (await ibm.register()).body;
    await ibm.twist({ kind: 'reset_after_commit', ...UPDATE });
    await expect(ibm.update(client, { ...metadataOf(client), client_secret: client.client_secret })).rejects.toThrow('fetch failed');
    expect([(await ibm.read(client)).status, (await ibm.token(client)).status]).toEqual([401, 401]);
    const history = (await ibm.ledger(client))?.history;
    expect([history?.secrets.length, history?.registration_access_tokens.length]).toEqual([2, 2]);
  });

  it('destroys a registration access token that was shown at another client’s address (B-01)', async () => {
    const provider = await serverOf(simulator, 'node-oidc-provider');
    const [one, other] = [(await provider.register()).body, (await provider.register()).body];
    expect((await provider.read({ ...one, registration_access_token: other.registration_access_token })).status).toBe(401);
    expect([(await provider.read(one)).status, (await provider.read(other)).status]).toEqual([200, 401]);
  });

  it('refuses what an update may not have, each product in its words (B-04, B-05, K-35, K-36)', async () => {
    const { client, put } = await update({ client_id_issued_at: 1 });
    expect(put).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect((await server.update(client, { ...metadataOf(client), client_id: 'other' })).status).toBe(400);
    expect((await server.update(client, { ...metadataOf(client), client_secret: 'other' })).status).toBe(400);
    const [hydra, ibm, wso2] = [await serverOf(simulator, 'hydra'), await serverOf(simulator, 'ibm'), await serverOf(simulator, 'wso2')];
    const atHydra = (await hydra.register()).body;
    const chosen = await hydra.update(atHydra, { ...metadataOf(atHydra), client_secret: atHydra.client_secret });
    expect(chosen).toMatchObject({ status: 403, body: { error: expect.stringContaining('malformed') as string } });
    const taken = await hydra.update(atHydra, { ...metadataOf(atHydra), client_id: 'ignored' });
    expect(taken).toMatchObject({ status: 200, body: { client_id: atHydra.client_id, grant_types: null } });
    expect(taken.body.registration_client_uri).toBeUndefined();
    const atIbm = (await ibm.register()).body;
    expect((await ibm.update(atIbm, metadataOf(atIbm))).status).toBe(400);
    const atWso2 = (await wso2.register()).body;
    const text = await fetch(`${wso2.issuer}/reg/${String(atWso2.client_id)}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${wso2.listing.admin_token ?? ''}`, 'content-type': 'application/json' },
      body: '{"client_id":"other"}',
    });
    expect([text.status, text.headers.get('content-type')]).toEqual([400, 'text/plain']);
  });

  it('is down, denies everybody (K-43), cannot delete (K-45), moves its endpoints (K-52), lives at another time (K-65)', async () => {
    const keycloak = await serverOf(simulator, 'keycloak');
    const client = (await keycloak.register()).body;
    await keycloak.change({ deniesEverybody: true, deleteStatus: 501, clockSkewMs: 360_000, movedEndpoints: ['registration'] });
    expect((await keycloak.token(client)).body.error).toBe('invalid_client');
    const refused = await keycloak.remove(client);
    expect(refused.status).toBe(501);
    expect(Date.parse(refused.headers.get('date') ?? '') - Date.now()).toBeGreaterThan(300_000);
    const { body } = await exchange(`${keycloak.issuer}/fhir/.well-known/smart-configuration`);
    const moved = new URL(String(body.registration_endpoint));
    expect(moved.origin).not.toBe(new URL(keycloak.issuer).origin);
    expect((await exchange(moved.href, { method: 'POST' })).status).toBe(401);
    await keycloak.change({ down: 'unavailable' });
    expect((await keycloak.token(client).catch(() => ({ status: 503 }))).status).toBe(503);
    await keycloak.change({ down: 'reset' });
    await expect(keycloak.token(client)).rejects.toThrow('fetch failed');
    await keycloak.change({ down: 'no', deniesEverybody: false });
    expect((await keycloak.token(client)).status).toBe(200);
  });
});
