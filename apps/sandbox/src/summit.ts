import { oidcProviderVendor } from './oidc-provider-vendor.js';
import { SYSTEM_SCOPES } from './smart-scopes.js';

/** Secrets only, and each of them expires; a server for each hospital. */
export const summit = oidcProviderVendor({
  name: 'summit',
  shared: false,
  authMethods: ['client_secret_basic'],
  grant: 'client_credentials',
  scopes: SYSTEM_SCOPES,
  initialAccessToken: false,
  rotatesRegistrationAccessToken: false,
  secretsExpire: true,
  tokenFormat: 'opaque',
  smartCapabilities: ['client-confidential-symmetric', 'permission-v1', 'permission-v2'],
});
