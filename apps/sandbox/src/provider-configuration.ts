import { randomUUID } from 'node:crypto';
import { errors } from 'oidc-provider';
import type { ClientMetadata, Configuration, JWK, KoaContextWithOIDC } from 'oidc-provider';
import type { OidcProviderProfile } from './oidc-provider-profile.js';
import { ProviderAdapter } from './provider-adapter.js';
import { signIn } from './sign-in.js';
import type { Site } from './vendor.js';

/** Kept although oidc-provider does not know them: real EHRs echo them, and the ledger tells clients apart by the version. */
const KEPT_METADATA = ['software_id', 'software_version'];

/** The oidc-provider configuration of one server. */
export function providerConfiguration(profile: OidcProviderProfile, site: Site, keys: readonly JWK[]): Configuration {
  const backend = profile.grant === 'client_credentials';
  return {
    adapter: (model) => new ProviderAdapter(model, site),
    jwks: { keys },
    cookies: { keys: [randomUUID()] },
    clientAuthMethods: profile.authMethods,
    scopes: profile.scopes,
    responseTypes: backend ? [] : ['code'],
    ...(backend ? { clientDefaults: { grant_types: ['client_credentials'], response_types: [] } } : {}),
    enabledJWA: { clientAuthSigningAlgValues: ['ES384', 'RS384'] },
    pkce: { required: () => true },
    ttl: {
      AccessToken: 300,
      AuthorizationCode: 60,
      ClientCredentials: 300,
      Grant: 86_400,
      IdToken: 300,
      Interaction: 600,
      Session: 86_400,
    },
    extraClientMetadata: {
      properties: KEPT_METADATA,
      validator: (ctx, key, value, metadata) => {
        if (value !== undefined && typeof value !== 'string') throw new errors.InvalidClientMetadata(`${key} must be a string`);
        if (profile.secretsExpire) startSecretClock(ctx, metadata, site.secretTtlSeconds);
      },
    },
    fetch: fetchFromAnywhere,
    ...(backend ? {} : signIn),
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: !backend },
      rpInitiatedLogout: { enabled: !backend },
      userinfo: { enabled: !backend },
      clientCredentials: { enabled: backend },
      revocation: { enabled: true },
      registration: { enabled: true, initialAccessToken: profile.initialAccessToken },
      registrationManagement: { enabled: true, rotateRegistrationAccessToken: profile.rotatesRegistrationAccessToken },
      resourceIndicators: {
        enabled: backend,
        defaultResource: () => site.fhirBaseUrl,
        getResourceServerInfo: (_ctx, resource) => {
          if (resource !== site.fhirBaseUrl) throw new errors.InvalidTarget();
          return { scope: profile.scopes.join(' '), audience: site.fhirBaseUrl, accessTokenFormat: profile.tokenFormat };
        },
      },
    },
  };
}

/** oidc-provider issues secrets for ever; a new one gets its end here, where the documentation says that metadata may be changed. */
function startSecretClock(ctx: KoaContextWithOIDC | undefined, metadata: ClientMetadata, ttlSeconds: number): void {
  if (ctx?.oidc.route !== 'registration' || metadata.client_secret === undefined) return;
  metadata.client_secret_expires_at = Math.floor(Date.now() / 1000) + ttlSeconds;
}

/** Without oidc-provider's dispatcher, which cuts every connection to a loopback or private address: the sandbox's clients live there. */
function fetchFromAnywhere(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const plain: RequestInit = { ...init };
  delete (plain as { dispatcher?: unknown }).dispatcher;
  return fetch(input, plain);
}
