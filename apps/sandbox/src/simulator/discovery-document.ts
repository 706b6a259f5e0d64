import { SIGNING_ALGS } from './client-assertion.js';
import { OFFERED_SCOPES } from './metadata-scope.js';
import type { Premises } from './premises.js';

/** RFC 8414 section 2. */
export function serverMetadata(premises: Premises): Readonly<Record<string, unknown>> {
  const { behaviour } = premises;
  const at = (path: string, name?: 'registration' | 'token'): string => {
    const moved = name !== undefined && behaviour.movedEndpoints.includes(name);
    return moved ? premises.site.otherOrigin + premises.site.path + path : premises.url(path);
  };
  return {
    issuer: premises.site.issuer,
    authorization_endpoint: at('/auth'),
    token_endpoint: at('/token', 'token'),
    jwks_uri: at('/jwks'),
    ...(behaviour.registration === 'portal' ? {} : { registration_endpoint: at('/reg', 'registration') }),
    revocation_endpoint: at('/revoke'),
    introspection_endpoint: at('/introspect'),
    scopes_supported: OFFERED_SCOPES,
    response_types_supported: ['code'],
    grant_types_supported: ['client_credentials', 'authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: behaviour.authMethods,
    ...(behaviour.authMethods.includes('private_key_jwt') ? { token_endpoint_auth_signing_alg_values_supported: SIGNING_ALGS } : {}),
    authorization_response_iss_parameter_supported: true,
  };
}

/** SMART App Launch 2.2, section on conformance. */
export function smartMetadata(premises: Premises): Readonly<Record<string, unknown>> {
  return {
    ...serverMetadata(premises),
    capabilities: [
      'launch-standalone',
      'sso-openid-connect',
      'client-public',
      'client-confidential-asymmetric',
      'client-confidential-symmetric',
      'permission-offline',
      'permission-patient',
      'permission-user',
      'permission-v1',
      'permission-v2',
    ],
  };
}
