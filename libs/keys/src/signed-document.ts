import { CompactSign, compactVerify, importJWK, type JWK } from 'jose';
import type { SigningAlg } from '@registrar/dcr';
import type { Secret } from '@registrar/secret';
import type { PublicJwk } from './public-jwk.js';

/** A document to sign, byte for byte. */
export interface DocumentToSign {
  /** The private key as the JSON text of a JWK. */
  readonly privateJwk: Secret;
  readonly alg: SigningAlg;
  readonly kid: string;
  /** What kind of document it is: stands as `typ` in the protected header, so that none is taken for another (RFC 8725 §3.11). */
  readonly type: string;
  readonly document: string;
}

/** Signs a document as a JWS in compact form (RFC 7515): whoever has it and the published key can check it at any later time. */
export async function signDocument({ privateJwk, alg, kid, type, document }: DocumentToSign): Promise<string> {
  const key = await importJWK(JSON.parse(privateJwk.expose()) as JWK, alg);
  return new CompactSign(new TextEncoder().encode(document)).setProtectedHeader({ alg, kid, typ: type }).sign(key);
}

/** Checks a signed document with the keys of its published set. @returns its text, or undefined where the signature, key or type is another. */
export async function verifyDocument(jws: string, keys: readonly PublicJwk[], type: string): Promise<string | undefined> {
  for (const jwk of keys) {
    const alg = jwk['alg'] ?? '';
    try {
      const { payload, protectedHeader } = await compactVerify(jws, await importJWK(jwk as JWK, alg), { algorithms: [alg] });
      if (protectedHeader.typ === type && protectedHeader.kid === jwk['kid']) return new TextDecoder().decode(payload);
    } catch {
      // Another key, or no signature of ours.
    }
  }
  return undefined;
}
