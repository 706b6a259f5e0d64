import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { faultSchema } from './fault.js';
import type { Fault } from './fault.js';
import { BACKEND, firstServer, sendMetadata, sendTokenRequest, startVendor } from './sandbox.fixture.js';

describe('faults around the provider', async () => {
  const vendor = await startVendor('summit');
  const { issuer } = await firstServer(vendor);
  const living = async (): Promise<number> => (await vendor.ask('ledger', {})).length;
  const fault = (given: Partial<Fault>) => vendor.ask('add_fault', { fault: faultSchema.parse(given) });
  const register = () => sendMetadata(`${issuer}/reg`, { ...BACKEND, token_endpoint_auth_method: 'client_secret_basic' });
  afterEach(() => vendor.ask('clear_faults', {}));
  afterAll(() => vendor.stop());

  it('loses the answer after the client was made: the ledger has it (H-30)', async () => {
    const before = await living();
    await fault({ kind: 'reset_after_commit', times: 2 });
    await expect(register()).rejects.toThrow('fetch failed');
    await expect(register()).rejects.toThrow('fetch failed');
    expect(await living()).toBe(before + 2);
    expect((await register()).status).toBe(201);
    expect(await living()).toBe(before + 3);
  });

  it('cuts the connection before the server sees the request: no client', async () => {
    const before = await living();
    await fault({ kind: 'reset_before' });
    await expect(register()).rejects.toThrow('fetch failed');
    expect(await living()).toBe(before);
  });

  it('answers a status instead, before the server or after it', async () => {
    const before = await living();
    await fault({ kind: 'status', status: 429, headers: { 'retry-after': '7' }, body: '{"error":"slow_down"}' });
    const limited = await register();
    expect(limited).toMatchObject({ status: 429, body: { error: 'slow_down' } });
    expect(limited.headers.get('retry-after')).toBe('7');
    expect(await living()).toBe(before);
    await fault({ kind: 'status', after_commit: true });
    const broken = await register();
    expect(broken).toMatchObject({ status: 503, body: {} });
    expect(broken.headers.get('cache-control')).toBeNull();
    expect(await living()).toBe(before + 1);
  });

  it('keeps the status and spoils the body', async () => {
    const before = await living();
    await fault({ kind: 'body', body: '{"client_name":"no client_id"}' });
    expect(await register()).toMatchObject({ status: 201, body: { client_name: 'no client_id' } });
    expect(await living()).toBe(before + 1);
  });

  it('delays and hangs, on either side of the commit', async () => {
    const before = await living();
    await fault({ kind: 'delay', delay_ms: 150 });
    const start = performance.now();
    const slow = register();
    expect(await living()).toBe(before);
    expect((await slow).status).toBe(201);
    expect(performance.now() - start).toBeGreaterThan(140);
    for (const after_commit of [false, true]) {
      await fault({ kind: 'hang', after_commit });
      const hung = fetch(`${issuer}/reg`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...BACKEND, token_endpoint_auth_method: 'client_secret_basic' }),
        signal: AbortSignal.timeout(300),
      });
      await expect(hung).rejects.toThrow('timeout');
    }
    expect(await living()).toBe(before + 2);
  });

  it('hits only the hospital, endpoint and method that it names, as often as it says', async () => {
    await fault({ kind: 'status', hospital: 'h02' });
    await fault({ kind: 'status', endpoint: 'token', method: 'POST', times: 2 });
    expect((await register()).status).toBe(201);
    const statuses = [];
    for (let index = 0; index < 3; index += 1) statuses.push((await sendTokenRequest(issuer, { grant_type: 'x' }, 'a:b')).status);
    expect(statuses).toEqual([503, 503, 401]);
    expect(await vendor.ask('faults', {})).toMatchObject([{ hospital: 'h02', times: 1 }]);
  });
});
