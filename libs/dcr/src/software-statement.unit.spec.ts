import { Secret } from '@registrar/secret';
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { claimsBeyond, overlaidBy } from './software-statement-claims.js';
import { signSoftwareStatement } from './software-statement-sign.js';
import { readSoftwareStatement } from './software-statement.js';

const now = new Date('2026-11-26T12:00:00Z');
const seconds = Math.floor(now.getTime() / 1_000);
let issuer: Awaited<ReturnType<typeof generateKeyPair>>;
let other: Awaited<ReturnType<typeof generateKeyPair>>;
let keys: { keys: object[] };
beforeAll(async () => {
  [issuer, other] = [await generateKeyPair('ES384', { extractable: true }), await generateKeyPair('ES384', { extractable: true })];
  keys = { keys: [{ ...(await exportJWK(issuer.publicKey)), kid: 'k1', alg: 'ES384' }] };
});

const claims = { iss: 'https://ca.example', exp: seconds + 3_600, software_id: 'sync', client_name: 'Sync' };
const sign = (payload: JWTPayload, key = issuer.privateKey, kid = 'k1') =>
  new SignJWT(payload).setProtectedHeader({ alg: 'ES384', kid }).sign(key);
const read = (text: string, known = true) => readSoftwareStatement(Secret.of(text), { now, ...(known ? { keys: keys } : {}) });
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a software statement that is uploaded (A-20, I-06)', () => {
  it('is read, and verified where its issuer’s keys are known', async () => {
    expect(await read(await sign({ ...claims, jti: 'j', aud: ['https://as.example'] }))).toMatchObject({
      ...{ alg: 'ES384', iss: 'https://ca.example', jti: 'j', softwareId: 'sync', audience: ['https://as.example'] },
      ...{ signature: 'verified', expiresAt: new Date((seconds + 3_600) * 1_000) },
    });
    expect(await read(await sign(claims), false)).toMatchObject({ signature: 'unverified' });
  });

  it('is refused with an algorithm that proves nothing, whether or not keys are known', async () => {
    for (const alg of ['none', 'HS256', 'HS512', 'RS1', '__proto__'])
      for (const known of [true, false])
        expect(await read(`${part({ alg })}.${part(claims)}.c2ln`, known)).toEqual({ refused: 'alg_refused' });
    const shared = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode('x'.repeat(32)));
    expect(await read(shared)).toEqual({ refused: 'alg_refused' });
  });

  it('is refused where it was signed by somebody else, or changed', async () => {
    expect(await read(await sign(claims, other.privateKey))).toEqual({ refused: 'signature_invalid' });
    expect(await read(await sign(claims, issuer.privateKey, 'k2'))).toEqual({ refused: 'key_unknown' });
    const [header, , signature] = (await sign(claims)).split('.');
    expect(await read(`${header}.${part({ ...claims, client_name: 'Else' })}.${signature}`)).toEqual({ refused: 'signature_invalid' });
    // ES384 in the header of what RS384 would have to prove, and the other way round.
    expect(await read(`${part({ alg: 'RS384', kid: 'k1' })}.${part(claims)}.${signature}`)).toMatchObject({
      refused: expect.stringMatching(/key_unknown|signature_invalid/) as string,
    });
  });

  it('is refused without an issuer, when it is over, and before its time', async () => {
    expect(await read(await sign({ ...claims, iss: '' }))).toEqual({ refused: 'iss_missing' });
    expect(await read(`${part({ alg: 'ES384' })}.${part({ exp: seconds + 9 })}.c2ln`, false)).toEqual({ refused: 'iss_missing' });
    expect(await read(await sign({ ...claims, exp: seconds }), false)).toEqual({ refused: 'expired' });
    expect(await read(await sign({ ...claims, nbf: seconds + 600 }), false)).toEqual({ refused: 'not_yet_valid' });
  });

  it('is refused where it is no JWS in its compact form', async () => {
    const good = await sign(claims);
    for (const text of [
      '',
      'a.b.c',
      `${good}.x`,
      good.replace('.', '..'),
      `${part([])}.${part(claims)}.c2ln`,
      `${part({ alg: 'ES384' })}.${part([1])}.c2ln`,
    ])
      expect(await read(text, false), text).toEqual({ refused: 'malformed' });
    expect(await read(`${part({ alg: 'ES384', crit: ['x'] })}.${part(claims)}.c2ln`, false)).toEqual({ refused: 'malformed' });
    expect(await read(`${part({ alg: 'ES384' })}.${part({ ...claims, exp: 'soon' })}.c2ln`, false)).toEqual({ refused: 'malformed' });
    expect(await read(`${good}${'a'.repeat(40_000)}`, false)).toEqual({ refused: 'too_long' });
  });
});

describe('the claims of a software statement', () => {
  const limits = {
    ...{ scopes: ['system/*.rs'], redirectUris: ['https://app.example/cb'], grantTypes: ['client_credentials'] },
    ...{ authMethod: 'private_key_jwt', loopbackAllowed: false },
  };

  it('lie within what was approved, or are named (A-20)', () => {
    expect(claimsBeyond({ ...claims, scope: 'system/Patient.rs', redirect_uris: ['https://app.example/cb'] }, limits)).toEqual([]);
    const wide = { scope: 'system/Patient.cruds', redirect_uris: ['https://evil.example'], grant_types: ['authorization_code'] };
    const found = claimsBeyond({ ...claims, ...wide, token_endpoint_auth_method: 'none', jwks_uri: 'https://evil.example' }, limits);
    expect(found.map(({ claim, code }) => [claim, code])).toEqual([
      ['jwks_uri', 'keys_fixed'],
      ['scope', 'scope_wider'],
      ['redirect_uris', 'redirect_uris_wider'],
      ['grant_types', 'grant_types_wider'],
      ['token_endpoint_auth_method', 'auth_method_differs'],
    ]);
  });

  it('that cannot be read as client metadata are named', () => {
    expect(claimsBeyond({ ...claims, redirect_uris: 'javascript:alert(1)' }, limits)).toMatchObject([
      { claim: 'redirect_uris', code: 'wrong_type' },
    ]);
    expect(claimsBeyond({ ...claims, grant_types: ['password'] }, limits)).toMatchObject([{ code: 'unsafe_value' }]);
  });

  it('come before the plain members, and bring nothing that is no client metadata (A-19)', () => {
    expect(overlaidBy({ client_name: 'Plain', scope: 'a' }, { ...claims, org_id: 'x', client_secret: 's' })).toEqual({
      ...{ client_name: 'Sync', scope: 'a', software_id: 'sync' },
    });
  });
});

describe('a software statement of Registrar’s own (I-05)', () => {
  it('describes the application, is signed, and leaves out what belongs to one registration', async () => {
    const metadata = { client_name: 'Sync', scope: 'system/Patient.rs', jwks_uri: 'https://r.example/jwks', software_version: '1+att' };
    const privateJwk = Secret.of(JSON.stringify(await exportJWK(issuer.privateKey)));
    const expiresAt = new Date(now.getTime() + 86_400_000);
    const made = await signSoftwareStatement({
      ...{
        issuer: 'https://r.example/jwks/jks_1',
        softwareId: 'app_1',
        jti: 'j',
        metadata,
        now,
        expiresAt,
        alg: 'ES384',
        kid: 'k1',
        privateJwk,
      },
    });
    const seen = await read(made.value.expose());
    expect(seen).toMatchObject({ iss: 'https://r.example/jwks/jks_1', signature: 'verified', expiresAt });
    expect(made.statement).toEqual(seen);
    expect(made.statement.claims).toEqual({
      ...{ client_name: 'Sync', scope: 'system/Patient.rs', iss: 'https://r.example/jwks/jks_1', jti: 'j', software_id: 'app_1' },
      ...{ iat: seconds - 30, exp: seconds + 86_400 },
    });
  });
});
