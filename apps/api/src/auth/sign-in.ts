import type { Identity } from '@registrar/access';
import type { Clock } from '@registrar/clock';
import type { Secret } from '@registrar/secret';
import { mac, randomText, type PlatformKeys } from '@registrar/vault';
import * as client from 'openid-client';
import { apiProblem } from '../api.problems.js';
import type { OpenIdProvider } from './openid-provider.js';
import type { TokenVerifier } from './token-verifier.js';

export const CALLBACK_PATH = '/v1/sign-in/callback';
const SIGN_IN_MS = 600_000;

/** How Registrar is known to the provider as a client, for people's browsers. */
export interface SignInSettings {
  readonly provider: OpenIdProvider;
  readonly verifier: TokenVerifier;
  readonly clientId: string;
  /** Absent: a public client, which PKCE alone protects. */
  readonly clientSecret?: Secret | undefined;
  readonly scope: string;
}

/** The authorization code flow with PKCE, `state` and `nonce` (OpenID Connect Core, RFC 7636, RFC 9207). */
export class SignIn {
  constructor(
    private readonly consoleUrl: string,
    private readonly platformKeys: PlatformKeys,
    private readonly clock: Clock,
    private readonly settings?: SignInSettings,
  ) {}

  /** Whether people sign in at a provider; API keys are exchanged for sessions where they do not. */
  get byProvider(): boolean {
    return this.settings !== undefined;
  }

  /**
   * Where to send the browser, and what it keeps meanwhile: 256 random bits, the time and the way back, from which `state`,
   * `nonce` and the verifier are derived by a key of ours. So there is no row, and nothing in it can be changed.
   * @throws Problem api.no_provider | api.provider_unreachable
   */
  async begin(returnTo: string): Promise<{ url: URL; kept: string }> {
    const { settings } = this;
    if (!settings) throw apiProblem('api.no_provider');
    const kept = [randomText(43), this.clock.now().getTime(), Buffer.from(returnTo).toString('base64url')].join('.');
    const { state, nonce, verifier } = await this.#derived(kept);
    const url = client.buildAuthorizationUrl(await configurationOf(settings), {
      redirect_uri: `${this.consoleUrl}${CALLBACK_PATH}`,
      scope: settings.scope,
      state,
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    return { url, kept };
  }

  /**
   * Takes the browser back.
   * @param query What the provider appended to the callback's address, with its question mark.
   * @returns whom the provider vouches for, and the address on this host to go on at.
   * @throws Problem api.sign_in_failed | api.no_provider
   */
  async finish(query: string, kept: string | undefined): Promise<{ identity: Identity; returnTo: string }> {
    const { settings } = this;
    if (!settings) throw apiProblem('api.no_provider');
    try {
      const [, begun = '', returnTo = ''] = kept?.split('.') ?? [];
      const age = this.clock.now().getTime() - Number(begun);
      if (kept === undefined || !(age >= 0 && age < SIGN_IN_MS)) throw new Error('No sign-in was under way in this browser');
      const claims = await this.#claims(settings, new URL(`${this.consoleUrl}${CALLBACK_PATH}${query}`), await this.#derived(kept));
      const identity = settings.verifier.identityFrom(claims);
      if (!identity) throw new Error('The provider names no subject or workspace');
      return { identity, returnTo: `${this.consoleUrl}${Buffer.from(returnTo, 'base64url').toString()}` };
    } catch (cause) {
      throw apiProblem('api.sign_in_failed', { cause });
    }
  }

  async #claims(settings: SignInSettings, at: URL, { state, nonce, verifier }: Derived): Promise<Record<string, unknown>> {
    const configuration = await configurationOf(settings);
    const tokens = await client.authorizationCodeGrant(configuration, at, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    });
    const claims = await settings.verifier.verify(tokens.id_token ?? '', settings.clientId);
    if (settings.verifier.groupsIn(claims) !== undefined || configuration.serverMetadata().userinfo_endpoint === undefined) return claims;
    // Many providers tell groups at the userinfo endpoint alone. What the ID token says is not overruled by it.
    return { ...(await client.fetchUserInfo(configuration, tokens.access_token, claims.sub ?? '')), ...claims };
  }

  async #derived(kept: string): Promise<Derived> {
    const key = await this.platformKeys.key('cursor');
    const derive = (what: string) => mac(key, `sign-in ${what} ${kept}`).toString('base64url');
    return { state: derive('state'), nonce: derive('nonce'), verifier: derive('verifier') };
  }
}

interface Derived {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

async function configurationOf({ provider, clientId, clientSecret }: SignInSettings): Promise<client.Configuration> {
  const metadata = await provider.metadata();
  const configuration = new client.Configuration(metadata, clientId, {}, authenticationOf(metadata, clientSecret));
  configuration[client.customFetch] = provider.fetch;
  // Only what libs/outbound lets through is sent: plain http to loopback addresses that OUTBOUND_ALLOW names, and else never.
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so that it stands out; this is the place for it
  if (metadata.issuer.startsWith('http:')) client.allowInsecureRequests(configuration);
  return configuration;
}

function authenticationOf(metadata: client.ServerMetadata, secret: Secret | undefined): client.ClientAuth {
  if (!secret) return client.None();
  const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  return methods.includes('client_secret_basic') ? client.ClientSecretBasic(secret.expose()) : client.ClientSecretPost(secret.expose());
}
