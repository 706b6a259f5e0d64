import { calculateJwkThumbprint, exportJWK, importJWK, importPKCS8, type JWK } from 'jose';
import { Secret } from '@registrar/secret';
import type { KeyAlg, KeyPair } from './key-pair.js';
import { publicMembers } from './public-jwk.js';

/** Why a text is no private key that a client can sign with. */
export type PrivateKeyRefusal = 'not_a_key' | 'public_only' | 'too_weak' | 'alg_mismatch';

const CURVES: Readonly<Record<string, KeyAlg>> = { 'P-384': 'ES384', 'P-256': 'ES256' };
const MIN_MODULUS_BYTES = 256;

/**
 * Reads a private key that was made elsewhere: a JWK, or PKCS#8 in PEM. The kid is the one that was asked for, because the
 * server knows the key by it; else the JWK's own, else its thumbprint (RFC 7638).
 */
export async function readPrivateKey(
  text: Secret,
  wanted: { readonly alg?: KeyAlg; readonly kid?: string } = {},
): Promise<KeyPair | PrivateKeyRefusal> {
  const jwk = await parse(text.expose().trim());
  if (!jwk) return 'not_a_key';
  if (typeof jwk.d !== 'string') return 'public_only';
  if (jwk.kty === 'RSA' && Buffer.from(jwk.n ?? '', 'base64url').length < MIN_MODULUS_BYTES) return 'too_weak';
  const alg = algOf(jwk, wanted.alg);
  if (!alg) return 'alg_mismatch';
  try {
    // What does not hold together as a key throws here, and not at the first signature.
    await importJWK(jwk, alg);
  } catch {
    return 'not_a_key';
  }
  const kid = wanted.kid ?? jwk.kid ?? (await calculateJwkThumbprint(jwk));
  return {
    alg,
    kid,
    publicJwk: publicMembers({ ...jwk, kid, alg, use: 'sig' }),
    privateJwk: Secret.of(JSON.stringify({ ...jwk, kid, alg })),
  };
}

async function parse(text: string): Promise<JWK | undefined> {
  if (!text.startsWith('{')) return parsePem(text);
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'kty' in value ? (value as JWK) : undefined;
  } catch {
    return undefined;
  }
}

/** The algorithm is not written in PKCS#8: the one that imports it is the key's. */
async function parsePem(text: string): Promise<JWK | undefined> {
  if (!text.includes('BEGIN PRIVATE KEY')) return undefined;
  for (const alg of ['ES384', 'ES256', 'RS384']) {
    try {
      return await exportJWK(await importPKCS8(text, alg, { extractable: true }));
    } catch {
      // Another kind of key.
    }
  }
  return undefined;
}

function algOf(jwk: JWK, wanted: KeyAlg | undefined): KeyAlg | undefined {
  const own = jwk.kty === 'EC' ? CURVES[jwk.crv ?? ''] : jwk.kty === 'RSA' ? (wanted ?? rsaAlg(jwk.alg)) : undefined;
  return own !== undefined && (wanted === undefined || wanted === own) && (jwk.kty !== 'RSA' || own.startsWith('RS')) ? own : undefined;
}

function rsaAlg(alg: string | undefined): KeyAlg {
  return alg === 'RS256' ? 'RS256' : 'RS384';
}
