import { afterAll, describe, expect, it } from 'vitest';
import { CannedServer } from './canned-server.js';
import { BACKEND, exchange, sendMetadata, sendTokenRequest } from './sandbox.fixture.js';

describe('the canned authorization server', async () => {
  const canned = await CannedServer.start({ bind: '127.0.0.1', port: 0, servers: 3, latencyMs: 0 });
  const issuer = canned.issuers()[2] ?? '';
  afterAll(() => canned.stop());

  it('has documents for discovery, one issuer for each path', async () => {
    expect(canned.issuers()).toHaveLength(3);
    const { origin, pathname } = new URL(issuer);
    for (const url of [`${issuer}/fhir/.well-known/smart-configuration`, `${origin}/.well-known/oauth-authorization-server${pathname}`]) {
      expect(await exchange(url)).toMatchObject({ status: 200, body: { issuer, registration_endpoint: `${issuer}/reg` } });
    }
    expect((await exchange(`${issuer}/.well-known/openid-configuration`)).status).toBe(404);
  });

  it('gives each registration an identity of its own, and a secret where one is needed', async () => {
    const sent = { ...BACKEND, token_endpoint_auth_method: 'client_secret_basic' };
    const first = await sendMetadata(`${issuer}/reg`, sent);
    expect(first).toMatchObject({
      status: 201,
      body: { ...sent, client_secret: expect.any(String) as string, client_secret_expires_at: 0 },
    });
    expect(first.body.registration_client_uri).toBe(`${issuer}/reg/${String(first.body.client_id)}`);
    const second = await sendMetadata(`${issuer}/reg`, { token_endpoint_auth_method: 'private_key_jwt' });
    expect(second.body.client_secret).toBeUndefined();
    expect(second.body.client_id).not.toBe(first.body.client_id);
    expect((await sendMetadata(`${issuer}/reg`, {})).status).toBe(201);
  });

  it('grants what was asked for, and counts', async () => {
    const granted = await sendTokenRequest(issuer, { grant_type: 'client_credentials', scope: 'system/Patient.rs' }, 'a:b');
    expect(granted).toMatchObject({ status: 200, body: { scope: 'system/Patient.rs', token_type: 'Bearer', expires_in: 300 } });
    expect(canned.counts()).toEqual({ smart: 1, discovery: 2, registration: 3, token: 1 });
  });
});
