import { Secret } from '@registrar/secret';
import { importJWK, SignJWT, type JWK } from 'jose';
import type { SigningAlg } from './negotiation-method.js';

const BACKDATED_MS = 30_000;
const LIFETIME_MS = 240_000;
const MAX_SPAN_MS = 300_000;
const JTI_BYTES = 16;

/** One assertion to sign. */
export interface AssertionRequest {
  readonly clientId: string;
  /** The one audience, as the server publishes it: its token endpoint or its issuer, by quirk (A-80, F-03). */
  readonly audience: string;
  /** The private key as the JSON text of a JWK. */
  readonly privateJwk: Secret;
  readonly alg: SigningAlg;
  readonly kid: string;
  /** From `now`; 240,000 unless told, at most 270,000. */
  readonly lifetimeMs?: number;
  /** Our time, or the server's where it was found to differ. */
  readonly now: Date;
}

/**
 * Signs a client assertion (RFC 7523 section 3; ): `iss` = `sub` = client_id, one `aud` as a plain text, a `jti` of 128
 * random bits, `iat` 30 s back for servers whose clock is behind, and at most 300 s from `iat` to `exp`. Sign a new one for each
 * request: servers remember the jti.
 * @throws RangeError when the lifetime is not positive or too long.
 */
export async function signAssertion(request: AssertionRequest): Promise<{ assertion: Secret; expiresAt: Date; jti: string }> {
  const lifetimeMs = request.lifetimeMs ?? LIFETIME_MS;
  if (lifetimeMs <= 0 || lifetimeMs + BACKDATED_MS > MAX_SPAN_MS) throw new RangeError('An assertion lives for 1 ms to 270 s');
  const issuedAt = Math.floor((request.now.getTime() - BACKDATED_MS) / 1000);
  const expiresAt = Math.floor((request.now.getTime() + lifetimeMs) / 1000);
  const jti = Buffer.from(globalThis.crypto.getRandomValues(new Uint8Array(JTI_BYTES))).toString('base64url');
  const key = await importJWK(JSON.parse(request.privateJwk.expose()) as JWK, request.alg);
  const jwt = await new SignJWT({ iss: request.clientId, sub: request.clientId, aud: request.audience, jti, iat: issuedAt, exp: expiresAt })
    .setProtectedHeader({ alg: request.alg, kid: request.kid, typ: 'JWT' })
    .sign(key);
  return { assertion: Secret.of(jwt), expiresAt: new Date(expiresAt * 1000), jti };
}
