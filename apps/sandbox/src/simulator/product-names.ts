/** The servers of protocol.md C that can be simulated, and two that no vendor makes: secrets that overlap, and a portal. */
export const PRODUCT_NAMES = [
  'node-oidc-provider',
  'keycloak',
  'hydra',
  'spring',
  'duende',
  'mitreid',
  'curity',
  'ibm',
  'pingam',
  'pingfederate',
  'okta',
  'auth0',
  'cognito',
  'wso2',
  'janssen',
  'glewlwyd',
  'authlib',
  'oauth_overlap',
  'portal',
] as const;
export type ProductName = (typeof PRODUCT_NAMES)[number];
