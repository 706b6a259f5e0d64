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

it('a part that was killed comes back by restart', async () => {
  const before = sandbox.part.pid;
  await sandbox.part.kill('SIGKILL');
  await sandbox.part.restart();
  expect(sandbox.part.pid).not.toBe(before);
  expect(await sandbox.ledger()).toEqual([]);
});
