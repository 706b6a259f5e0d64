import { calculateJwkThumbprint } from 'jose';
import type { PublicJwk } from './public-jwk.js';

/** The RFC 7638 thumbprint (SHA-256, base64url) of a public key: by it a key is told wherever it stands. */
export function keyThumbprint(key: PublicJwk): Promise<string> {
  return calculateJwkThumbprint(key);
}
