import { Secret } from '@registrar/secret';
import { describe, expect, it } from 'vitest';
import { jwtExpiry } from './jwt-expiry.js';

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (claims: unknown) => Secret.of(`${part({ alg: 'RS256' })}.${part(claims)}.c2ln`);

describe('the expiry that a token says of itself (I-01)', () => {
  it('is read without verifying anything', () => {
    expect(jwtExpiry(jwt({ exp: 1_800_000_000 }))).toEqual(new Date(1_800_000_000_000));
  });

  it('is nothing where the token is opaque, malformed, or says none that can be read', () => {
    for (const value of ['opaque', 'a.b.c', '', 'e30.e30.']) expect(jwtExpiry(Secret.of(value))).toBeUndefined();
    for (const exp of ['tomorrow', -1, 0, 1e300, null]) expect(jwtExpiry(jwt({ exp }))).toBeUndefined();
    expect(jwtExpiry(jwt([1]))).toBeUndefined();
  });
});
