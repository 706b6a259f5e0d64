import { calculateJwkThumbprint, exportJWK, generateKeyPair as generate } from 'jose';
import type { SigningAlg } from '@registrar/dcr';
import { Secret } from '@registrar/secret';
import { publicMembers, type PublicJwk } from './public-jwk.js';

/** The algorithms of SMART first; the others only where a server verifies nothing else. */
export type KeyAlg = SigningAlg;

/** A key pair of one client at one authorization server; the private half is a Secret from its first moment. */
export interface KeyPair {
  readonly alg: KeyAlg;
  /** RFC 7638 thumbprint, so no two keys ever share a kid. */
  readonly kid: string;
  readonly publicJwk: PublicJwk;
  /** The private JWK as JSON. */
  readonly privateJwk: Secret;
}

/** Makes a new key pair: a curve for ES…, 3072-bit RSA for RS… (slow: keep a pool). */
export async function generateKeyPair(alg: KeyAlg): Promise<KeyPair> {
  const { privateKey } = await generate(alg, { extractable: true, ...(alg.startsWith('RS') ? { modulusLength: 3072 } : {}) });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  return {
    alg,
    kid,
    publicJwk: publicMembers({ ...jwk, kid, alg, use: 'sig' }),
    privateJwk: Secret.of(JSON.stringify({ ...jwk, kid, alg })),
  };
}
