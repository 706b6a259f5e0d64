import { oidcProviderVendor } from './oidc-provider-vendor.js';
import { LAUNCH_SCOPES } from './smart-scopes.js';

/** One server for every hospital; apps that people launch; a PUT replaces the registration access token. */
export const lagoon = oidcProviderVendor({
  name: 'lagoon',
  shared: true,
  authMethods: ['client_secret_basic', 'private_key_jwt'],
  grant: 'authorization_code',
  scopes: LAUNCH_SCOPES,
  initialAccessToken: false,
  rotatesRegistrationAccessToken: true,
  secretsExpire: false,
  tokenFormat: 'opaque',
  smartCapabilities: [
    'launch-ehr',
    'launch-standalone',
    'context-ehr-patient',
    'context-standalone-patient',
    'sso-openid-connect',
    'client-confidential-asymmetric',
    'client-confidential-symmetric',
    'permission-offline',
    'permission-online',
    'permission-patient',
    'permission-user',
    'permission-v1',
    'permission-v2',
  ],
});
