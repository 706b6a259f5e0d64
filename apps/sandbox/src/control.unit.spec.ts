import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startControl } from './control.js';
import { BACKEND, exchange, firstServer, sendMetadata, sendTokenRequest, startVendor } from './sandbox.fixture.js';

describe('the control port', async () => {
  const vendors = [await startVendor('summit'), await startVendor('harbor', { hospitals: ['h01'] })];
  const control = await startControl(vendors, { bind: '127.0.0.1', port: 0 });
  const at = (path: string): string => `http://127.0.0.1:${control.port}${path}`;
  const post = (path: string, body: unknown) => exchange(at(path), { method: 'POST', body: JSON.stringify(body) });
  const summit = vendors[0];
  if (!summit) throw new Error('unreachable');
  const { issuer } = await firstServer(summit);
  afterAll(async () => {
    control.server.close();
    control.server.closeAllConnections();
    await Promise.all(vendors.map((vendor) => vendor.stop()));
  });

  it('lists the servers of all vendors', async () => {
    const { body } = await exchange(at('/servers'));
    expect(body).toMatchObject([
      { vendor: 'summit', hospital: 'h01', shared: false, issuer, fhir_base_url: `${issuer}/fhir` },
      { vendor: 'summit', hospital: 'h02' },
      { vendor: 'harbor', hospital: 'h01', initial_access_token: expect.any(String) as string },
    ]);
  });

  it('counts a client before its answer leaves, and every request by endpoint', async () => {
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const { body } = await sendMetadata(`${issuer}/reg`, { ...BACKEND, token_endpoint_auth_method: 'client_secret_basic' });
        const ledger = (await exchange(at('/ledger'))).body as unknown as { client_id: string }[];
        expect(ledger.map(({ client_id }) => client_id)).toContain(body.client_id);
      }),
    );
    const counts = (await exchange(at('/requests'))).body as unknown as { issuer: string; counts: object }[];
    expect(counts.find((each) => each.issuer === issuer)?.counts).toEqual({ registration: { POST: 20 } });
    const recent = (await exchange(at('/requests/recent'))).body as unknown as object[];
    expect(recent.at(-1)).toMatchObject({ vendor: 'summit', endpoint: 'registration', method: 'POST', user_agent: 'node', status: 201 });
  });

  it('sets faults at one vendor, and takes them back', async () => {
    expect((await post('/faults', { vendor: 'summit', kind: 'status', status: 502 })).status).toBe(201);
    expect((await exchange(at('/faults'))).body).toMatchObject([{ vendor: 'summit', endpoint: 'registration', kind: 'status', times: 1 }]);
    expect((await sendMetadata(`${issuer}/reg`, BACKEND)).status).toBe(502);
    await post('/faults', { kind: 'hang' });
    expect((await exchange(at('/faults'), { method: 'DELETE' })).status).toBe(200);
    expect((await exchange(at('/faults'))).body).toEqual([]);
  });

  it('refuses what it does not know', async () => {
    expect((await post('/faults', { kind: 'explode' })).status).toBe(400);
    expect((await post('/faults', { kind: 'hang', hopsital: 'h01' })).status).toBe(400);
    expect((await post('/faults', { kind: 'hang', vendor: 'nobody' })).status).toBe(404);
    expect((await exchange(at('/nothing'))).status).toBe(404);
  });

  it('removes a client as its administrator would: it lives no longer, and the ledger says since when', async () => {
    const { body } = await sendMetadata(`${issuer}/reg`, { ...BACKEND, token_endpoint_auth_method: 'client_secret_basic' });
    const asks = { vendor: 'summit', hospital: 'h01', client_id: body.client_id };
    expect((await post('/remove-clients', asks)).body).toEqual({ removed: 1 });
    expect((await post('/remove-clients', asks)).body).toEqual({ removed: 0 });
    const basic = `${String(body.client_id)}:${String(body.client_secret)}`;
    expect((await sendTokenRequest(issuer, { grant_type: 'client_credentials' }, basic)).body.error).toBe('invalid_client');
    const ledger = (await exchange(at('/ledger'))).body as unknown as { client_id: string; deleted_at: string | null }[];
    expect(ledger.find((each) => each.client_id === body.client_id)?.deleted_at).toEqual(expect.any(String));
    expect((await post('/remove-clients', { vendor: 'summit' })).status).toBe(400);
  });

  it('ends the secrets of a vendor', async () => {
    expect((await post('/expire-secrets', { vendor: 'summit' })).body).toEqual({ expired: 20 });
  });
});

describe('a sandbox with a folder', () => {
  it('has the same issuers, tokens, clients and ledger after a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'registrar-sandbox-'));
    const first = await startVendor('harbor', { folder });
    const server = await firstServer(first);
    const sent = { ...BACKEND, token_endpoint_auth_method: 'client_secret_basic' };
    const kept = (await sendMetadata(`${server.issuer}/reg`, sent, server.initial_access_token)).body;
    const gone = (await sendMetadata(`${server.issuer}/reg`, sent, server.initial_access_token)).body;
    const authorization = `Bearer ${String(gone.registration_access_token)}`;
    await exchange(String(gone.registration_client_uri), { method: 'DELETE', headers: { authorization } });
    const ledger = await first.ask('ledger', {});
    await first.stop();

    const second = await startVendor('harbor', { folder });
    expect(await firstServer(second)).toEqual(server);
    expect(await second.ask('ledger', {})).toEqual(ledger);
    const basic = `${String(kept.client_id)}:${String(kept.client_secret)}`;
    expect((await sendTokenRequest(server.issuer, { grant_type: 'client_credentials' }, basic)).status).toBe(200);
    const read = await exchange(String(kept.registration_client_uri), {
      headers: { authorization: `Bearer ${String(kept.registration_access_token)}` },
    });
    expect(read).toMatchObject({ status: 200, body: { client_id: kept.client_id } });
    expect((await exchange(String(gone.registration_client_uri), { headers: { authorization } })).status).toBe(401);
    await second.stop();
    rmSync(folder, { recursive: true });
  });
});
