import { Secret } from '@registrar/secret';
import { exportJWK, exportPKCS8, exportSPKI, generateKeyPair } from 'jose';
import { describe, expect, it } from 'vitest';
import { readPrivateKey } from './private-key.js';

const made = (alg: string, modulusLength?: number) =>
  generateKeyPair(alg, { extractable: true, ...(modulusLength ? { modulusLength } : {}) });

describe('a private key that was made elsewhere', () => {
  it.each(['ES384', 'ES256', 'RS384'] as const)('is read from PKCS#8 and from a JWK: %s', async (alg) => {
    const { privateKey } = await made(alg, alg.startsWith('RS') ? 2048 : undefined);
    const pem = await readPrivateKey(Secret.of(await exportPKCS8(privateKey)), { kid: 'as-in-the-portal' });
    const jwk = await readPrivateKey(Secret.of(JSON.stringify(await exportJWK(privateKey))));
    expect(pem).toMatchObject({ alg, kid: 'as-in-the-portal', publicJwk: { kid: 'as-in-the-portal', alg, use: 'sig' } });
    if (typeof jwk === 'string') throw new Error(jwk);
    expect(jwk.kid).toHaveLength(43);
    expect(Object.keys(jwk.publicJwk)).not.toContain('d');
    expect(JSON.stringify(jwk)).not.toContain((JSON.parse(jwk.privateJwk.expose()) as { d: string }).d);
  });

  it('keeps the kid and the algorithm that the JWK names', async () => {
    const { privateKey } = await made('RS256', 2048);
    const jwk = { ...(await exportJWK(privateKey)), kid: 'old', alg: 'RS256' };
    expect(await readPrivateKey(Secret.of(JSON.stringify(jwk)))).toMatchObject({ kid: 'old', alg: 'RS256' });
  });

  it('is refused in words that say why', async () => {
    const [ec, weak] = [await made('ES384'), await made('RS384', 2048)];
    const jwk = await exportJWK(weak.privateKey);
    expect(await readPrivateKey(Secret.of('{"kty":'))).toBe('not_a_key');
    expect(await readPrivateKey(Secret.of('no key at all'))).toBe('not_a_key');
    expect(await readPrivateKey(Secret.of(await exportSPKI(ec.publicKey)))).toBe('not_a_key');
    expect(await readPrivateKey(Secret.of(JSON.stringify(await exportJWK(ec.publicKey))))).toBe('public_only');
    expect(await readPrivateKey(Secret.of(JSON.stringify({ ...jwk, n: jwk.n?.slice(0, 100) })))).toBe('too_weak');
    expect(await readPrivateKey(Secret.of(await exportPKCS8(ec.privateKey)), { alg: 'RS384' })).toBe('alg_mismatch');
    const torn = { ...(await exportJWK(ec.privateKey)), y: 'AAAA' };
    expect(await readPrivateKey(Secret.of(JSON.stringify(torn)))).toBe('not_a_key');
  });
});
