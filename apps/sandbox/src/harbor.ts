import { oidcProviderVendor } from './oidc-provider-vendor.js';
import { SYSTEM_SCOPES } from './smart-scopes.js';

/** Registers only who brings the hospital's initial access token; assertion or secret; a server for each hospital. */
export const harbor = oidcProviderVendor({
  name: 'harbor',
  shared: false,
  authMethods: ['private_key_jwt', 'client_secret_basic', 'client_secret_post'],
  grant: 'client_credentials',
  scopes: SYSTEM_SCOPES,
  initialAccessToken: true,
  rotatesRegistrationAccessToken: false,
  secretsExpire: false,
  tokenFormat: 'jwt',
  smartCapabilities: ['client-confidential-asymmetric', 'client-confidential-symmetric', 'permission-v1', 'permission-v2'],
});
