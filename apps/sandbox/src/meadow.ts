import { oidcProviderVendor } from './oidc-provider-vendor.js';
import { SYSTEM_SCOPES } from './smart-scopes.js';

/** Open registration; clients authenticate with a signed assertion; a server for each hospital. */
export const meadow = oidcProviderVendor({
  name: 'meadow',
  shared: false,
  authMethods: ['private_key_jwt'],
  grant: 'client_credentials',
  scopes: SYSTEM_SCOPES,
  initialAccessToken: false,
  rotatesRegistrationAccessToken: false,
  secretsExpire: false,
  tokenFormat: 'opaque',
  smartCapabilities: ['client-confidential-asymmetric', 'permission-v1', 'permission-v2'],
});
