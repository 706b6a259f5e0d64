import { createECDH } from 'node:crypto';
import { Secret } from '@registrar/secret';
import type { DataKey } from './data-key.js';

/** A key pair on P-384 (ES384); its private half as the JSON text of a JWK. */
export interface DerivedSigningKey {
  readonly privateJwk: Secret;
  readonly publicJwk: Readonly<Record<'kty' | 'crv' | 'x' | 'y', string>>;
}

const ORDER = BigInt('0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973');
const BYTES = 48;
// 64 bits more than the order has, so that no private key is likelier than another (FIPS 186-5, A.2.1).
const SEED_BYTES = BYTES + 8;

/**
 * The one signing key that follows from a key of the keyring and a use: nothing else is stored, and whatever rewraps the
 * keyring's key keeps it.
 */
export function deriveSigningKey(key: DataKey, info: string): DerivedSigningKey {
  const seed = key.derive(Buffer.alloc(0), info, SEED_BYTES);
  const scalar = (BigInt(`0x${seed.toString('hex')}`) % (ORDER - 1n)) + 1n;
  seed.fill(0);
  const d = Buffer.from(scalar.toString(16).padStart(BYTES * 2, '0'), 'hex');
  const curve = createECDH('secp384r1');
  curve.setPrivateKey(d);
  const point = curve.getPublicKey();
  const publicJwk = {
    kty: 'EC',
    crv: 'P-384',
    x: point.subarray(1, 1 + BYTES).toString('base64url'),
    y: point.subarray(1 + BYTES).toString('base64url'),
  } as const;
  const privateJwk = Secret.of(JSON.stringify({ ...publicJwk, d: d.toString('base64url') }));
  d.fill(0);
  return { privateJwk, publicJwk };
}
