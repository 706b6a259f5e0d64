import { createHmac, createPublicKey, randomUUID } from 'node:crypto';
import type { IdentityProvider } from './identity-provider.js';

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Tokens that are none of the provider's, or not for Registrar, or not now; ES256 is what is pinned. */
export async function forgedTokens(provider: IdentityProvider): Promise<[what: string, token: string][]> {
  const { ES256, RS256 } = provider.keys;
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: provider.issuer, aud: provider.audience, sub: 'machine', iat: now, exp: now + 300, groups: ['machines'] };
  const publicJwk = { kty: 'EC', crv: 'P-256', x: ES256.x ?? '', y: ES256.y ?? '' };
  const publicPem = createPublicKey({ key: publicJwk, format: 'jwk' }).export({
    type: 'spki',
    format: 'pem',
  });
  const maced = (header: object, secret: string | Buffer) => {
    const text = `${part({ alg: 'HS256', typ: 'at+jwt', ...header })}.${part(claims)}`;
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  };
  const good = await provider.sign();
  const [header = '', payload = '', signature = ''] = good.split('.');
  return [
    ['alg none', `${part({ alg: 'none', typ: 'at+jwt' })}.${part(claims)}.`],
    ['alg none with a signature', `${part({ alg: 'none', typ: 'at+jwt', kid: ES256.kid })}.${part(claims)}.${signature}`],
    ['alg NoNe', `${part({ alg: 'NoNe', typ: 'at+jwt', kid: ES256.kid })}.${part(claims)}.${signature}`],
    ['HS256 with the public key', maced({ kid: ES256.kid }, publicPem)],
    ['HS256 with an empty secret', maced({ kid: '../../../dev/null' }, '')],
    ['kid a path', await provider.sign({}, { kid: '../../../dev/null' })],
    ['kid an SQL text', await provider.sign({}, { kid: "' OR 1=1 --" })],
    ['kid unknown', await provider.sign({}, { kid: randomUUID() })],
    ['RS256 where ES256 is pinned', await provider.sign({}, {}, RS256)],
    ['jku', await provider.sign({}, { jku: `${provider.issuer}/jwks` })],
    ['x5u', await provider.sign({}, { x5u: `${provider.issuer}/jwks` })],
    ['its own key', await provider.sign({}, { jwk: publicJwk })],
    ['crit', `${part({ alg: 'ES256', typ: 'at+jwt', kid: ES256.kid, crit: ['exp'], exp: 1 })}.${payload}.${signature}`],
    ['expired', await provider.sign({ exp: now - 60 })],
    ['not yet valid', await provider.sign({ nbf: now + 3_600 })],
    ['without an end', await provider.sign({ exp: undefined })],
    ['another audience', await provider.sign({ aud: 'https://other.example' })],
    ['no audience', await provider.sign({ aud: undefined })],
    ['an ID token of a client', await provider.sign({ aud: provider.clientId }, { typ: 'JWT' })],
    ['another issuer', await provider.sign({ iss: 'https://evil.example' })],
    ['the issuer with a slash', await provider.sign({ iss: `${provider.issuer}/` })],
    ['typ of a logout token', await provider.sign({}, { typ: 'logout+jwt' })],
    ['typ of a DPoP proof', await provider.sign({}, { typ: 'dpop+jwt' })],
    ['no typ', await provider.sign({}, { typ: undefined })],
    ['no sub', await provider.sign({ sub: undefined })],
    ['sub no text', await provider.sign({ sub: { id: 1 } })],
    ['bound to a key of its holder', await provider.sign({ cnf: { jkt: 'x'.repeat(43) } })],
    ['over 8 KiB', await provider.sign({ pad: 'x'.repeat(8_192) })],
    ['claims changed', `${header}.${part({ ...claims, groups: ['owners'] })}.${signature}`],
    ['signature cut', good.slice(0, -4)],
    ['not JSON', `${Buffer.from('{').toString('base64url')}.${payload}.${signature}`],
    ['five parts', `${good}.a.b`],
  ];
}
