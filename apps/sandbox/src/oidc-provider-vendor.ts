import { Provider } from 'oidc-provider';
import { ProviderAdapter } from './provider-adapter.js';
import { providerConfiguration } from './provider-configuration.js';
import type { OidcProviderProfile } from './oidc-provider-profile.js';
import { isInteraction, signInAtOnce } from './sign-in.js';
import { signingKeys } from './signing-keys.js';
import { smartConfiguration } from './smart-configuration.js';
import type { AuthorizationServer, Site, Vendor } from './vendor.js';

/** A vendor whose servers are real oidc-provider instances, one for each issuer. */
export function oidcProviderVendor(profile: OidcProviderProfile): Vendor {
  return {
    name: profile.name,
    shared: profile.shared,
    openServer: (site) => openServer(profile, site),
  };
}

async function openServer(profile: OidcProviderProfile, site: Site): Promise<AuthorizationServer> {
  const provider = new Provider(site.issuer, providerConfiguration(profile, site, await signingKeys()));
  const handle = provider.callback();
  provider.on('server_error', (_ctx, error) => {
    process.stderr.write(`sandbox ${site.issuer}: ${error.stack ?? error.message}\n`);
  });
  provider.on('grant.success', (ctx) => {
    if (ctx.oidc.client) site.ledger.tokenRequested(site, ctx.oidc.client.clientId, true);
  });
  provider.on('grant.error', (ctx) => {
    if (ctx.oidc.client) site.ledger.tokenRequested(site, ctx.oidc.client.clientId, false);
  });
  const initialAccessToken = profile.initialAccessToken ? await initialAccessTokenOf(provider, site) : undefined;
  return {
    ...(initialAccessToken === undefined ? {} : { initialAccessToken }),
    smartConfiguration: smartConfiguration(profile, provider),
    handle: (request, response) => {
      if (isInteraction(request)) signInAtOnce(provider, request, response);
      else void handle(request, response);
    },
    expireSecrets: (clientId) => ProviderAdapter.expireSecrets(site, clientId),
    removeClient: (clientId) => ProviderAdapter.removeClient(site, clientId),
  };
}

async function initialAccessTokenOf(provider: Provider, site: Site): Promise<string> {
  const kept = site.store.firstId('InitialAccessToken');
  return kept ?? (await new provider.InitialAccessToken({}).save());
}
