import { Secret } from '@registrar/secret';
import { importJWK, SignJWT, type JWK } from 'jose';
import type { ClientMetadata } from './client-metadata.js';
import type { SigningAlg } from './negotiation-method.js';
import type { SoftwareStatement } from './software-statement.js';

/** A statement of Registrar's own, for servers that trust its key (I-05). */
export interface StatementRequest {
  readonly issuer: string;
  readonly softwareId: string;
  readonly jti: string;
  readonly metadata: ClientMetadata;
  readonly now: Date;
  readonly expiresAt: Date;
  readonly alg: SigningAlg;
  readonly kid: string;
  /** The private key as the JSON text of a JWK. */
  readonly privateJwk: Secret;
}

// What describes the application. Keys, method and version belong to each registration, and stay plain members.
const STATED = [
  ...['client_name', 'client_uri', 'logo_uri', 'tos_uri', 'policy_uri', 'contacts', 'redirect_uris', 'grant_types', 'response_types'],
  ...['scope', 'application_type', 'initiate_login_uri'],
];

/** Signs a software statement (RFC 7591 section 2.3). */
export async function signSoftwareStatement(
  request: StatementRequest,
): Promise<{ readonly value: Secret; readonly statement: SoftwareStatement }> {
  const { issuer: iss, jti, softwareId, alg, kid } = request;
  const members = STATED.flatMap((name) => (request.metadata[name] === undefined ? [] : [[name, request.metadata[name]] as const]));
  const exp = Math.floor(request.expiresAt.getTime() / 1_000);
  const claims = {
    ...Object.fromEntries(members),
    iss,
    jti,
    software_id: softwareId,
    iat: Math.floor(request.now.getTime() / 1_000) - 30,
    exp,
  };
  const key = await importJWK(JSON.parse(request.privateJwk.expose()) as JWK, alg);
  const jwt = await new SignJWT({ ...claims }).setProtectedHeader({ alg, kid, typ: 'JWT' }).sign(key);
  return {
    value: Secret.of(jwt),
    statement: { alg, iss, jti, softwareId, claims, audience: [], signature: 'verified', expiresAt: new Date(exp * 1_000) },
  };
}
