import { randomBytes } from 'node:crypto';

/** What one canned server answers: a status and a body, nothing looked up, nothing checked. */
export interface CannedAnswer {
  readonly status: number;
  readonly body: string;
}

const METHODS = '["client_secret_basic","client_secret_post","private_key_jwt"]';
const token = (): string => randomBytes(24).toString('base64url');

/** RFC 8414 metadata, and SMART's, of one issuer. */
export function cannedMetadata(issuer: string): CannedAnswer {
  const body =
    `{"issuer":"${issuer}","token_endpoint":"${issuer}/token","registration_endpoint":"${issuer}/reg","jwks_uri":"${issuer}/jwks",` +
    `"grant_types_supported":["client_credentials"],"response_types_supported":[],"scopes_supported":["system/*.rs","system/Patient.rs"],` +
    `"token_endpoint_auth_methods_supported":${METHODS},"token_endpoint_auth_signing_alg_values_supported":["ES384","RS384"],` +
    `"code_challenge_methods_supported":["S256"],"capabilities":["client-confidential-asymmetric","client-confidential-symmetric"]}`;
  return { status: 200, body };
}

/** RFC 7591 section 3.2.1: what was sent, with a fresh identity. */
export function cannedRegistration(issuer: string, sent: string): CannedAnswer {
  const id = token();
  const secret = sent.includes('"private_key_jwt"') ? '' : `"client_secret":"${token()}","client_secret_expires_at":0,`;
  const rest = sent.trim().replace(/^\{\s*/, '');
  const issued =
    `{"client_id":"${id}",${secret}"client_id_issued_at":${Math.floor(Date.now() / 1000)},"registration_access_token":"${token()}",` +
    `"registration_client_uri":"${issuer}/reg/${id}"`;
  return { status: 201, body: rest.startsWith('}') ? `${issued}}` : `${issued},${rest}` };
}

/** RFC 6749 section 5.1, with the scope that was asked for. */
export function cannedToken(sent: string): CannedAnswer {
  const scope = new URLSearchParams(sent).get('scope') ?? 'system/*.rs';
  return { status: 200, body: `{"access_token":"${token()}","token_type":"Bearer","expires_in":300,"scope":${JSON.stringify(scope)}}` };
}
