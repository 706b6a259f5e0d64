import { afterAll, describe, expect, it } from 'vitest';
import { BACKEND, firstServer, sendMetadata, sendTokenRequest, startVendor } from './sandbox.fixture.js';

describe('harbor: an initial access token for each hospital', async () => {
  const vendor = await startVendor('harbor');
  const { issuer, initial_access_token: token } = await firstServer(vendor);
  const sent = { ...BACKEND, token_endpoint_auth_method: 'client_secret_basic' };
  afterAll(() => vendor.stop());

  it('answers 401 without the token, with a wrong one, and with another hospital’s', async () => {
    const [, other] = await vendor.ask('servers', {});
    expect(other?.initial_access_token).not.toBe(token);
    for (const bearer of [undefined, 'wrong', other?.initial_access_token]) {
      const { status, headers, body } = await sendMetadata(`${issuer}/reg`, sent, bearer);
      expect({ status, error: body.error }).toEqual({ status: 401, error: 'invalid_token' });
      expect(headers.get('www-authenticate')).toContain('Bearer');
    }
    expect(await vendor.ask('ledger', {})).toEqual([]);
  });

  it('registers any number of clients with it, and grants tokens to their secrets', async () => {
    for (const method of ['client_secret_basic', 'client_secret_post']) {
      const { status, body } = await sendMetadata(`${issuer}/reg`, { ...sent, token_endpoint_auth_method: method }, token);
      expect(status).toBe(201);
      expect(body.client_secret_expires_at).toBe(0);
      const [id, secret] = [String(body.client_id), String(body.client_secret)];
      const form = { grant_type: 'client_credentials', scope: BACKEND.scope };
      const granted =
        method === 'client_secret_basic'
          ? await sendTokenRequest(issuer, form, `${id}:${secret}`)
          : await sendTokenRequest(issuer, { ...form, client_id: id, client_secret: secret });
      expect(granted).toMatchObject({ status: 200, body: { scope: BACKEND.scope } });
      // A signed access token, of three parts.
      expect(String(granted.body.access_token).split('.')).toHaveLength(3);
    }
  });
});
