import { afterAll, describe, expect, it, vi } from 'vitest';
import { BACKEND, exchange, firstServer, sendMetadata, sendTokenRequest, startVendor } from './sandbox.fixture.js';

describe('summit: secrets that expire', async () => {
  const vendor = await startVendor('summit', { secretTtlSeconds: 1000 });
  const { issuer } = await firstServer(vendor);
  const form = { grant_type: 'client_credentials', scope: BACKEND.scope };
  afterAll(() => vendor.stop());

  async function register(): Promise<Record<'id' | 'secret' | 'uri' | 'rat', string> & { expiresAt: number }> {
    const { status, body } = await sendMetadata(`${issuer}/reg`, { ...BACKEND, token_endpoint_auth_method: 'client_secret_basic' });
    expect(status).toBe(201);
    return {
      id: String(body.client_id),
      secret: String(body.client_secret),
      uri: String(body.registration_client_uri),
      rat: String(body.registration_access_token),
      expiresAt: Number(body.client_secret_expires_at),
    };
  }

  it('names the end of the secret in the answer, in the record and in the ledger (A-36)', async () => {
    const client = await register();
    expect(Math.abs(client.expiresAt - (Date.now() / 1000 + 1000))).toBeLessThan(5);
    const read = await exchange(client.uri, { headers: { authorization: `Bearer ${client.rat}` } });
    expect(read).toMatchObject({ status: 200, body: { client_secret_expires_at: client.expiresAt, client_secret: client.secret } });
    const entry = (await vendor.ask('ledger', {})).find(({ client_id }) => client_id === client.id);
    expect(entry?.secret_expires_at).toBe(new Date(client.expiresAt * 1000).toISOString());
  });

  it('is refused by the provider once time has passed its end', async () => {
    const client = await register();
    const basic = `${client.id}:${client.secret}`;
    expect(await sendTokenRequest(issuer, form, basic)).toMatchObject({ status: 200 });
    // Only Date: sockets and timers go on as they are. The provider tolerates clocks that differ by 15 s.
    vi.useFakeTimers({ toFake: ['Date'], now: (client.expiresAt + 16) * 1000 });
    try {
      expect(await sendTokenRequest(issuer, form, basic)).toMatchObject({
        status: 400,
        body: { error: 'invalid_client', error_description: expect.stringContaining('expired') as string },
      });
    } finally {
      vi.useRealTimers();
    }
    expect(await sendTokenRequest(issuer, form, basic)).toMatchObject({ status: 200 });
  });

  it('is refused at once when the control port ends it, and another client goes on', async () => {
    const [ended, other] = [await register(), await register()];
    expect(await vendor.ask('expire_secrets', { hospital: 'h02' })).toBe(0);
    expect(await vendor.ask('expire_secrets', { client_id: ended.id })).toBe(1);
    expect(await sendTokenRequest(issuer, form, `${ended.id}:${ended.secret}`)).toMatchObject({
      status: 400,
      body: { error: 'invalid_client' },
    });
    expect(await sendTokenRequest(issuer, form, `${other.id}:${other.secret}`)).toMatchObject({ status: 200 });
    const entry = (await vendor.ask('ledger', {})).find(({ client_id }) => client_id === ended.id);
    expect(Date.parse(entry?.secret_expires_at ?? '')).toBeLessThan(Date.now());
  });
});
