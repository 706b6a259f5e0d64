import type { Provider } from 'oidc-provider';
import type { OidcProviderProfile } from './oidc-provider-profile.js';

/** The SMART App Launch 2.2 metadata of one server. */
export function smartConfiguration(profile: OidcProviderProfile, provider: Provider): Readonly<Record<string, unknown>> {
  const launched = profile.grant === 'authorization_code';
  return {
    issuer: provider.issuer,
    jwks_uri: provider.urlFor('jwks'),
    ...(launched ? { authorization_endpoint: provider.urlFor('authorization') } : {}),
    token_endpoint: provider.urlFor('token'),
    registration_endpoint: provider.urlFor('registration'),
    revocation_endpoint: provider.urlFor('revocation'),
    grant_types_supported: launched ? ['authorization_code', 'refresh_token'] : ['client_credentials'],
    response_types_supported: launched ? ['code'] : [],
    scopes_supported: profile.scopes,
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: profile.authMethods,
    ...(profile.authMethods.includes('private_key_jwt') ? { token_endpoint_auth_signing_alg_values_supported: ['ES384', 'RS384'] } : {}),
    capabilities: profile.smartCapabilities,
  };
}
