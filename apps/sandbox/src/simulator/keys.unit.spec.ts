import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';
import { BACKEND, sendTokenRequest } from '../sandbox.fixture.js';
import { serverOf, startSimulator } from './simulator.fixture.js';

async function keyNamed(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('ES384');
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES384', use: 'sig' } };
}
type Key = Awaited<ReturnType<typeof keyNamed>>;

async function assertion(key: Key, clientId: string, aud: string, more: { exp?: number; jti?: string } = {}) {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: clientId, sub: clientId, aud, iat: now, exp: now + 240, jti: crypto.randomUUID(), ...more };
  return {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await new SignJWT(claims).setProtectedHeader({ alg: 'ES384', kid: key.kid, typ: 'JWT' }).sign(key.privateKey),
  };
}

describe('simulated servers verify assertions (A-80, F-03)', async () => {
  const simulator = await startSimulator('keycloak', 'node-oidc-provider', 'duende', 'spring');
  const published: Key[] = [];
  const http = createServer((_, response) => response.end(JSON.stringify({ keys: published.map(({ jwk }) => jwk) })));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const jwksUri = `http://127.0.0.1:${(http.address() as AddressInfo).port}/jwks`;
  const [first, second] = [await keyNamed('first'), await keyNamed('second')];
  afterAll(async () => {
    http.close();
    http.closeAllConnections();
    await simulator.stop();
  });
  const keyed = { ...BACKEND, token_endpoint_auth_method: 'private_key_jwt', jwks_uri: jwksUri };

  it('keeps a fetched key set as long as it says, and does not fetch for a new kid unless it does (H-01, K-47)', async () => {
    const server = await serverOf(simulator, 'node-oidc-provider');
    published.splice(0, 2, first);
    const { body } = await server.registerWith(keyed);
    const id = String(body.client_id);
    const ask = async (key: Key) => (await sendTokenRequest(server.issuer, await assertion(key, id, server.issuer))).status;
    expect(await ask(first)).toBe(200);
    published.push(second);
    expect(await ask(second)).toBe(401);
    await simulator.ask('clock', { advance_ms: 60_000 });
    expect(await ask(second)).toBe(200);
    expect(await ask(first)).toBe(200);
    published.shift();
    await server.change({ refetchOnUnknownKid: true });
    expect(await ask(first)).toBe(200);
    await simulator.ask('forget_keys', {});
    expect(await ask(first)).toBe(401);

    const fetches = await simulator.ask('key_fetches', { vendor: 'node-oidc-provider' });
    expect(fetches.map(({ kids }) => kids.join(' '))).toEqual(['first', 'first second', 'second']);
    expect(fetches[0]).toMatchObject({ hospital: 'h01', jwks_uri: jwksUri, status: 200 });
    const history = (await server.ledger(body))?.history;
    expect(history?.keys_seen.map(({ kid }) => kid)).toEqual(['first', 'second']);
    expect(history?.refused_authentications).toBe(2);
  });

  it('takes the issuer or the token endpoint as audience, as it is told, each assertion once, and none of ten minutes', async () => {
    const server = await serverOf(simulator, 'keycloak');
    const { body } = await server.registerWith({ ...BACKEND, token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [first.jwk] } });
    const id = String(body.client_id);
    const endpoint = `${server.issuer}/token`;
    const ask = async (form: Record<string, string>) => (await sendTokenRequest(server.issuer, form)).body.error ?? 'issued';
    expect(await ask(await assertion(first, id, server.issuer))).toBe('issued');
    const once = await assertion(first, id, endpoint);
    expect([await ask(once), await ask(once)]).toEqual(['issued', 'invalid_client']);
    expect(await ask(await assertion(first, id, endpoint, { exp: Math.floor(Date.now() / 1000) + 600 }))).toBe('invalid_client');
    expect(await ask(await assertion(second, id, endpoint))).toBe('invalid_client');
    expect(await ask(await assertion({ ...second, kid: 'first' }, id, endpoint))).toBe('invalid_client');
    expect(await ask(await assertion(first, id, 'http://127.0.0.1/elsewhere'))).toBe('invalid_client');
    await server.change({ assertionAud: 'issuer' });
    expect(await ask(await assertion(first, id, endpoint))).toBe('invalid_client');
    expect(await ask(await assertion(first, id, server.issuer))).toBe('issued');
  });

  it('takes keys only the way that the product takes them (A-08), and RS256 unless another algorithm is named (A-10)', async () => {
    const inline = { ...BACKEND, token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [first.jwk] } };
    const [duende, spring] = [await serverOf(simulator, 'duende'), await serverOf(simulator, 'spring')];
    expect((await duende.registerWith(keyed)).status).toBe(400);
    expect((await duende.registerWith(inline)).status).toBe(201);
    expect((await spring.registerWith(inline)).status).toBe(400);
    expect((await spring.registerWith({ ...keyed, ...inline })).status).toBe(400);
    published.splice(0, 2, first);
    for (const [named, status] of [
      [{}, 401],
      [{ token_endpoint_auth_signing_alg: 'ES384' }, 200],
    ] as const) {
      const { body } = await spring.registerWith({ ...keyed, ...named });
      const form = await assertion(first, String(body.client_id), spring.issuer);
      expect((await sendTokenRequest(spring.issuer, form)).status).toBe(status);
    }
  });
});
