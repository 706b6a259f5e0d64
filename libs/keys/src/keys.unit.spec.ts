import fc from 'fast-check';
import { calculateJwkThumbprint, importJWK, jwtVerify, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { generateKeyPair, keySetDocument, keySetUrl, publicMembers, publishedDocument, type KeyAlg } from './index.js';

const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

describe('what is published of a key', () => {
  it('holds no private member, whatever the key holds (A-09)', () => {
    const member = fc.oneof(fc.constantFrom(...PRIVATE, 'kty', 'kid', 'x', 'n', '__proto__', 'anything'), fc.string());
    fc.assert(
      fc.property(fc.dictionary(member, fc.oneof(fc.string(), fc.integer(), fc.constant(null))), (jwk) => {
        const { keys } = JSON.parse(keySetDocument([jwk as Record<string, string>])) as { keys: Record<string, unknown>[] };
        expect(Object.keys(keys[0] ?? {}).filter((name) => PRIVATE.includes(name))).toEqual([]);
        expect(publicMembers(jwk)).toEqual(keys[0]);
      }),
    );
  });

  it('stands at a URL of its own, with an ETag of its bytes', () => {
    const id = '01890000-0000-7000-8000-000000000001';
    expect(keySetUrl('https://registrar.example', id)).toMatch(/^https:\/\/registrar\.example\/jwks\/jks_[0-9a-z]{26}$/);
    const one = publishedDocument(id, 'jwks', 'https://registrar.example/jwks/x', '{"keys":[]}');
    const other = publishedDocument(id, 'jwks', 'https://registrar.example/jwks/x', '{"keys":[{}]}');
    expect(one.etag).toMatch(/^"[0-9a-f]{32}"$/);
    expect(one.etag).not.toBe(other.etag);
  });
});

describe.each(['ES384', 'RS384', 'ES256', 'RS256'] as const satisfies readonly KeyAlg[])('a key pair for %s', (alg) => {
  it('signs what its public half verifies, under its thumbprint, and shows nothing of its private half', { timeout: 30_000 }, async () => {
    const pair = await generateKeyPair(alg);
    expect(Object.keys(pair.publicJwk).filter((name) => PRIVATE.includes(name))).toEqual([]);
    expect(pair.kid).toBe(await calculateJwkThumbprint(pair.publicJwk));
    expect(pair.publicJwk).toMatchObject({ kid: pair.kid, alg, use: 'sig' });
    expect(JSON.stringify(pair)).not.toContain((JSON.parse(pair.privateJwk.expose()) as { d: string }).d);
    const signed = await new SignJWT({})
      .setProtectedHeader({ alg })
      .sign(await importJWK(JSON.parse(pair.privateJwk.expose()) as object, alg));
    await expect(jwtVerify(signed, await importJWK(pair.publicJwk, alg))).resolves.toBeDefined();
  });
});

it('two pairs never share a kid (A-81)', async () => {
  const pairs = await Promise.all(Array.from({ length: 8 }, () => generateKeyPair('ES384')));
  expect(new Set(pairs.map((pair) => pair.kid)).size).toBe(8);
});
