import type { ClientAuthMethod } from 'oidc-provider';

/** What sets one vendor's oidc-provider servers apart from another's. */
export interface OidcProviderProfile {
  readonly name: string;
  readonly shared: boolean;
  readonly authMethods: readonly ClientAuthMethod[];
  readonly grant: 'client_credentials' | 'authorization_code';
  readonly scopes: readonly string[];
  /** Registration asks for a bearer token; each server has one of its own, which may be used again and again. */
  readonly initialAccessToken: boolean;
  /** A PUT answers with a new registration access token, and the old one is gone. */
  readonly rotatesRegistrationAccessToken: boolean;
  /** Secrets end after the site's `secretTtlSeconds`, and the provider refuses them from then on. */
  readonly secretsExpire: boolean;
  readonly tokenFormat: 'opaque' | 'jwt';
  readonly smartCapabilities: readonly string[];
}
