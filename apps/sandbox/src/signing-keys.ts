import { generateKeyPair, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import type { JWK } from 'oidc-provider';

let keys: Promise<readonly JWK[]> | undefined;

/** What the servers of this process sign tokens with: one RSA key, made once, because making forty would take the demo's time. */
export function signingKeys(): Promise<readonly JWK[]> {
  keys ??= makeKeys();
  return keys;
}

async function makeKeys(): Promise<readonly JWK[]> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return [{ ...(privateKey.export({ format: 'jwk' }) as JWK), kid: randomUUID(), use: 'sig', alg: 'RS256' }];
}
