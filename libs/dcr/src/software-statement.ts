import type { Secret } from '@registrar/secret';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors, jwtVerify, type JSONWebKeySet } from 'jose';
import type { JsonObject } from './json-value.js';
import { storable } from './storable.js';

/** What a software statement says, as far as Registrar keeps it. */
export interface SoftwareStatement {
  readonly alg: string;
  readonly iss: string;
  readonly expiresAt?: Date;
  readonly jti?: string;
  readonly softwareId?: string;
  readonly audience: readonly string[];
  readonly claims: JsonObject;
  /** `unverified`: its issuer's keys are not known here; the EHR verifies it. */
  readonly signature: 'verified' | 'unverified';
}

/** Why a statement is not taken. Stable: the `code` beside the pointer in a problem. */
export type StatementRefusal =
  'malformed' | 'alg_refused' | 'iss_missing' | 'expired' | 'not_yet_valid' | 'signature_invalid' | 'key_unknown' | 'too_long';

// Asymmetric only: `none` and HS* could be written by anybody who has read the statement once (I-06).
const ALGS = ['ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512', 'EdDSA', 'Ed25519'];
const MAX_LENGTH = 32_768;
const LAST_S = 8_640_000_000_000;

/**
 * Reads a software statement and refuses one that no server should be shown (RFC 7591 section 2.3; A-20, I-06): no JWS in its
 * compact form, an algorithm that proves nothing, no issuer, expired, or, where the issuer's keys are given, not signed by it.
 */
export async function readSoftwareStatement(
  value: Secret,
  at: { readonly now: Date; readonly keys?: JSONWebKeySet },
): Promise<SoftwareStatement | { readonly refused: StatementRefusal }> {
  const text = value.expose();
  if (text.length > MAX_LENGTH) return { refused: 'too_long' };
  const parts = decode(text);
  if (parts === undefined) return { refused: 'malformed' };
  const { alg, claims } = parts;
  if (!ALGS.includes(alg)) return { refused: 'alg_refused' };
  const { iss } = claims;
  if (typeof iss !== 'string' || iss.trim() === '' || iss.length > 2_000) return { refused: 'iss_missing' };
  const expiresAt = moment(claims['exp']);
  const startsAt = moment(claims['nbf']);
  if (expiresAt === 'unreadable' || startsAt === 'unreadable') return { refused: 'malformed' };
  if (expiresAt && expiresAt <= at.now) return { refused: 'expired' };
  if (startsAt && startsAt.getTime() > at.now.getTime() + 60_000) return { refused: 'not_yet_valid' };
  const refused = at.keys && (await verify(text, at.keys, at.now));
  if (refused !== undefined) return { refused };
  return {
    alg,
    iss,
    audience: [claims['aud'] ?? []].flat().filter((each) => typeof each === 'string'),
    claims,
    signature: at.keys ? 'verified' : 'unverified',
    ...(expiresAt ? { expiresAt } : {}),
    ...(typeof claims['jti'] === 'string' ? { jti: claims['jti'] } : {}),
    ...(typeof claims['software_id'] === 'string' ? { softwareId: claims['software_id'] } : {}),
  };
}

/** Header and claims of a JWS in its compact form with a signature; undefined for anything else. */
function decode(text: string): { readonly alg: string; readonly claims: JsonObject } | undefined {
  if (!/^[\w-]+\.[\w-]+\.[\w-]*$/.test(text)) return undefined;
  try {
    const { alg, crit } = decodeProtectedHeader(text);
    const claims = storable(decodeJwt(text)) as JsonObject;
    return typeof alg === 'string' && crit === undefined ? { alg, claims } : undefined;
  } catch {
    return undefined;
  }
}

function moment(value: unknown): Date | 'unreadable' | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'number' && value > 0 && value <= LAST_S ? new Date(value * 1_000) : 'unreadable';
}

async function verify(text: string, keys: JSONWebKeySet, now: Date): Promise<StatementRefusal | undefined> {
  try {
    await jwtVerify(text, createLocalJWKSet(keys), { algorithms: ALGS, currentDate: now, clockTolerance: 60 });
    return undefined;
  } catch (error) {
    return error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys
      ? 'key_unknown'
      : 'signature_invalid';
  }
}
