import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSandbox, type TestSandbox } from './sandbox.js';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ PATH: process.env.PATH, SANDBOX_HOSPITALS: '1', SANDBOX_VENDORS: 'meadow' });
});
afterAll(async () => {
  await sandbox.part.stop();
});

async function register(): Promise<number> {
  const [server] = await sandbox.servers();
  const found = await fetch(`${server?.issuer ?? ''}/.well-known/openid-configuration`);
  const { registration_endpoint: endpoint } = (await found.json()) as { registration_endpoint: string };
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'one',
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: 'http://127.0.0.1:9/jwks',
    }),
  });
  return answer.status;
}

it('tells the truth about its clients, and fails as it is told', async () => {
  expect(await register()).toBe(201);
  await sandbox.fault({ kind: 'status', status: 503 });
  expect(await register()).toBe(503);
  expect(await register()).toBe(201);
  await sandbox.fault({ kind: 'status', status: 503 });
  await sandbox.clearFaults();
  expect(await register()).toBe(201);
  expect(await sandbox.ledger()).toHaveLength(3);
  expect((await sandbox.requests())[0]?.counts.registration).toEqual({ POST: 4 });
  expect((await sandbox.recentRequests()).map((request) => request.status)).toContain(503);
});

it('simulates other products on demand, with a clock of their own', async () => {
  const simulating = await startSandbox({
    PATH: process.env.PATH,
    SANDBOX_VENDORS: 'none',
    SANDBOX_SIMULATE: 'keycloak,portal',
    SANDBOX_HOSPITALS: '2',
  });
  try {
    const { simulator } = simulating;
    const servers = await simulating.servers();
    expect(servers.map(({ vendor, hospital, issuer }) => [vendor, hospital, new URL(issuer).pathname])).toEqual([
      ['keycloak', 'h01', '/keycloak/h01'],
      ['keycloak', 'h02', '/keycloak/h02'],
      ['portal', 'h01', '/portal/h01'],
      ['portal', 'h02', '/portal/h02'],
    ]);
    await simulator.change({ vendor: 'keycloak', hospital: 'h02' }, { deleteStatus: 405 });
    const behaviours = await simulator.behaviours({ vendor: 'keycloak' });
    expect(behaviours.map(({ behaviour }) => behaviour.deleteStatus)).toEqual([204, 405]);
    const before = await simulator.clock();
    const after = await simulator.clock({ advance_ms: 86_400_000, speed: 0 });
    expect(after.getTime() - before.getTime()).toBeGreaterThanOrEqual(86_400_000);
    expect(await simulator.clock()).toEqual(after);
    const { client_id } = await simulator.enterClient({ vendor: 'portal', hospital: 'h01', metadata: { client_name: 'By hand' } });
    expect(await simulating.ledger({ vendor: 'portal' })).toMatchObject([{ client_id, created_at: after.toISOString() }]);
    expect(await simulating.removeClient({ vendor: 'portal', hospital: 'h02', client_id })).toBe(0);
    expect(await simulating.removeClient({ vendor: 'portal', hospital: 'h01', client_id })).toBe(1);
    expect(await simulator.mint({ vendor: 'keycloak', hospital: 'h01', uses: 2 })).toHaveLength(32);
    await simulator.listen(false);
    await expect(fetch(servers[0]?.issuer ?? '')).rejects.toThrow('fetch failed');
    await simulator.listen(true);
    expect((await fetch(servers[0]?.issuer ?? '')).status).toBe(404);
    expect(await simulator.keyFetches()).toEqual([]);
    expect(await simulating.rates()).toMatchObject([{ vendor: 'keycloak', hospital: 'h01', total: 1, requests_in_it: 1 }]);
    await expect(sandbox.simulator.clock()).rejects.toThrow('404');
  } finally {
    await simulating.part.stop();
  }
});

it('a part that was killed comes back by restart', async () => {
  const before = sandbox.part.pid;
  await sandbox.part.kill('SIGKILL');
  await sandbox.part.restart();
  expect(sandbox.part.pid).not.toBe(before);
  expect(await sandbox.ledger()).toEqual([]);
});
