import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import type { JWK, JWTPayload, ProtectedHeaderParameters } from 'jose';
import type { SimulatedClient } from './client.js';
import { verifier } from './key-cache.js';
import type { Premises } from './premises.js';
import { badClient } from './refusal.js';

export const SIGNING_ALGS = ['ES384', 'RS384', 'ES256', 'RS256'];
const LONGEST_MS = 300_000;
const TOLERANCE_MS = 30_000;

/** Who an assertion says that it is of. @throws Refusal 401 where it is none */
export function assertionSubject(assertion: string): string {
  const { sub } = read(assertion).claims;
  if (sub === undefined) throw badClient('The assertion has no subject.');
  return sub;
}

/**
 * RFC 7523 section 3, SMART App Launch 2.2: signature by one of the client's keys, iss = sub = client_id, aud, exp within five minutes,
 * jti new.
 * @throws Refusal 401 `invalid_client`, with the reason
 */
export async function verifyAssertion(premises: Premises, client: SimulatedClient, assertion: string): Promise<void> {
  const { header, claims } = read(assertion);
  const { alg } = header;
  const wanted = client.metadata.token_endpoint_auth_signing_alg ?? premises.behaviour.assumedSigningAlg;
  if (alg === undefined || !SIGNING_ALGS.includes(alg)) throw badClient('The algorithm of the assertion is not supported.');
  if (typeof wanted === 'string' && wanted !== alg) throw badClient(`The assertion must be signed with ${wanted}.`);
  const now = judgedAt(premises.now(), claims);
  const keys = (await keysOf(premises, client, header.kid)).filter(({ kid }) => header.kid === undefined || kid === header.kid);
  if (keys.length === 0) throw badClient(`No key ${header.kid ?? ''} of this client is known.`);
  const options = {
    issuer: client.id,
    subject: client.id,
    audience: audiences(premises),
    currentDate: new Date(now),
    clockTolerance: TOLERANCE_MS / 1000,
    requiredClaims: ['exp', 'jti'],
  };
  await anyOf(keys, async (jwk) => jwtVerify(assertion, await verifier(jwk, alg), options));
  const expiresAt = (claims.exp ?? 0) * 1000;
  if (expiresAt > now + LONGEST_MS + TOLERANCE_MS) throw badClient('The assertion lives longer than five minutes.');
  if (!premises.used.use(`${client.id} ${claims.jti ?? ''}`, expiresAt, now)) throw badClient('The assertion was used before.');
}

function read(assertion: string): { header: ProtectedHeaderParameters; claims: JWTPayload } {
  try {
    return { header: decodeProtectedHeader(assertion), claims: decodeJwt(assertion) };
  } catch {
    throw badClient('The assertion is not a JWT.');
  }
}

/**
 * A test may move the server's clock and leave its clients in real time, or move both: the assertion is judged by the clock that its
 * issuer was nearer to.
 */
function judgedAt(now: number, { iat, exp }: JWTPayload): number {
  const told = (iat ?? exp ?? 0) * 1000;
  const real = Date.now();
  return Math.abs(told - real) < Math.abs(told - now) ? real : now;
}

function audiences(premises: Premises): string[] {
  const { issuer } = premises.site;
  const endpoint = premises.url('/token');
  return { either: [issuer, endpoint], token_endpoint: [endpoint], issuer: [issuer] }[premises.behaviour.assertionAud];
}

function keysOf(premises: Premises, { metadata }: SimulatedClient, kid: string | undefined): Promise<readonly JWK[]> {
  const { jwksCacheMs: cacheMs, refetchOnUnknownKid: refetch } = premises.behaviour;
  if (typeof metadata.jwks_uri === 'string') return premises.keys.keys(metadata.jwks_uri, premises.now(), { cacheMs, refetch, kid });
  return Promise.resolve((metadata.jwks as { keys: JWK[] } | undefined)?.keys ?? []);
}

async function anyOf(keys: readonly JWK[], verify: (jwk: JWK) => Promise<unknown>): Promise<void> {
  let reason = '';
  for (const jwk of keys) {
    try {
      await verify(jwk);
      return;
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
  }
  throw badClient(`The assertion does not hold: ${reason}`);
}
