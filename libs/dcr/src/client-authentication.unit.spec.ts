import { inspect } from 'node:util';
import { Secret } from '@registrar/secret';
import fc from 'fast-check';
import { decodeProtectedHeader, exportJWK, generateKeyPair, jwtVerify, type CryptoKey } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { signAssertion } from './client-assertion.js';
import { authenticationParts } from './client-authentication.js';
import type { SigningAlg } from './negotiation-method.js';

const basicOf = (clientId: string, secret: string) => {
  const { headers, form } = authenticationParts({ method: 'client_secret_basic', clientId, secret: Secret.of(secret) });
  expect(form).toEqual({});
  return Buffer.from(headers['authorization']?.replace('Basic ', '') ?? '', 'base64').toString();
};

describe('client authentication (RFC 6749 section 2.3.1)', () => {
  it.each([
    ['A-42 K-56 a colon and slashes', 'https://a/b:c', 'x', 'https%3A%2F%2Fa%2Fb%3Ac:x'],
    ['U30 quotes, a backslash, an emoji and a leading space', 'c', ' "\\😀', 'c:+%22%5C%F0%9F%98%80'],
    ['the example of appendix B', 'c', ' %&+£€', 'c:+%25%26%2B%C2%A3%E2%82%AC'],
  ])('%s', (_what, clientId, secret, pair) => {
    expect(basicOf(clientId, secret)).toBe(pair);
  });

  it('A-42 U30: a server that decodes as appendix B says gets both parts back, whatever they are', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(text, text, (clientId, secret) => {
        const parts = basicOf(clientId, secret).split(':');
        expect(parts.map((part) => new URLSearchParams(`v=${part}`).get('v'))).toEqual([clientId, secret]);
      }),
    );
  });

  it('puts the others into the form', () => {
    const secret = Secret.of('s');
    expect(authenticationParts({ method: 'client_secret_post', clientId: 'c', secret }).form).toEqual({
      client_id: 'c',
      client_secret: 's',
    });
    expect(authenticationParts({ method: 'none', clientId: 'c' })).toEqual({ headers: {}, form: { client_id: 'c' } });
    expect(authenticationParts({ method: 'private_key_jwt', clientId: 'c', assertion: secret }).form).toEqual({
      client_id: 'c',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: 's',
    });
  });
});

describe('signAssertion (A-80, A-82, F-03)', () => {
  const now = new Date('2026-03-01T12:00:00.700Z');
  const keys = new Map<string, { publicKey: CryptoKey; privateJwk: Secret }>();
  beforeAll(async () => {
    for (const alg of ['ES384', 'RS384', 'ES256', 'RS256']) {
      const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
      keys.set(alg, { publicKey, privateJwk: Secret.of(JSON.stringify(await exportJWK(privateKey))) });
    }
  });
  const sign = (alg: SigningAlg, lifetimeMs?: number) => {
    const key = keys.get(alg) as { publicKey: CryptoKey; privateJwk: Secret };
    const base = { clientId: 'c-1', audience: 'https://as.example/token', privateJwk: key.privateJwk, alg, kid: 'k-1', now };
    return signAssertion(lifetimeMs === undefined ? base : { ...base, lifetimeMs });
  };

  it.each(['ES384', 'RS384', 'ES256', 'RS256'] as const)('signs %s as RFC 7523 section 3 has it', async (alg) => {
    const { assertion, expiresAt, jti } = await sign(alg);
    const { publicKey } = keys.get(alg) as { publicKey: CryptoKey };
    const { payload } = await jwtVerify(assertion.expose(), publicKey, { currentDate: now, audience: 'https://as.example/token' });
    expect(decodeProtectedHeader(assertion.expose())).toEqual({ alg, kid: 'k-1', typ: 'JWT' });
    const nowS = Math.floor(now.getTime() / 1000);
    expect(payload).toEqual({ iss: 'c-1', sub: 'c-1', aud: 'https://as.example/token', jti, iat: nowS - 30, exp: nowS + 240 });
    expect(expiresAt).toEqual(new Date('2026-03-01T12:04:00Z'));
    expect(Buffer.from(jti, 'base64url')).toHaveLength(16);
    expect(inspect(assertion)).toBe('[redacted]');
  });

  it('never uses a jti twice, and never lives longer than 300 s', async () => {
    const jtis = await Promise.all(Array.from({ length: 50 }, async () => (await sign('ES256')).jti));
    expect(new Set(jtis).size).toBe(50);
    await expect(sign('ES256', 270_001)).rejects.toThrow(RangeError);
    await expect(sign('ES256', 0)).rejects.toThrow(RangeError);
    await expect(sign('ES256', 270_000)).resolves.toMatchObject({ expiresAt: new Date('2026-03-01T12:04:30Z') });
  });
});
