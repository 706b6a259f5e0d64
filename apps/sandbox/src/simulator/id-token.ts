import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { JWK } from 'jose';
import type { CodeGrant } from './grants.js';
import type { Premises } from './premises.js';

const KID = 'simulator';
let pair: ReturnType<typeof generateKeyPair> | undefined;

// One elliptic key for the process: it is made in a millisecond, when the first person signs in.
const keys = (): ReturnType<typeof generateKeyPair> => (pair ??= generateKeyPair('ES384'));

/** OpenID Connect Core section 2. */
export async function signIdToken(premises: Premises, { clientId, user, nonce }: CodeGrant): Promise<string> {
  const now = Math.floor(premises.now() / 1000);
  return new SignJWT({ fhirUser: `${premises.site.fhirBaseUrl}/Practitioner/${user ?? ''}`, ...(nonce === undefined ? {} : { nonce }) })
    .setProtectedHeader({ alg: 'ES384', kid: KID })
    .setIssuer(premises.site.issuer)
    .setSubject(user ?? '')
    .setAudience(clientId)
    .setIssuedAt(now)
    .setExpirationTime(now + 300)
    .sign((await keys()).privateKey);
}

/** What id tokens are signed with, as `jwks_uri` publishes it. */
export async function publicKeys(): Promise<{ keys: JWK[] }> {
  return { keys: [{ ...(await exportJWK((await keys()).publicKey)), kid: KID, alg: 'ES384', use: 'sig' }] };
}
