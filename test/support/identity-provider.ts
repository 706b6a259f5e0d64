import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, importJWK, SignJWT, type JWK, type JWTHeaderParameters, type JWTPayload } from 'jose';
import { Provider, type Configuration } from 'oidc-provider';

/** Whoever signs in next, without a page. */
export interface IdentityOf {
  readonly sub: string;
  readonly name: string;
  readonly groups: readonly string[];
}

interface SigningKeys {
  readonly ES256: JWK;
  readonly RS256: JWK;
}

/** A real OpenID provider (oidc-provider) on a loopback port, with the keys in our hands: forgeries are signed by them too. */
export class IdentityProvider {
  readonly audience = 'https://registrar.example/api';
  readonly clientId = 'registrar';
  readonly clientSecret = randomUUID();
  person: IdentityOf = { sub: 'ada', name: 'Ada Lovelace', groups: ['desk'] };
  /** What machines of this provider are in. */
  machineGroups: readonly string[] = ['machines'];
  /** How often the keys were read. */
  keyReads = 0;
  readonly #redirects: string[] = ['https://registrar.example/unused'];
  readonly #server = createServer((request, response) => {
    this.#answer(request, response);
  });
  #keys: SigningKeys | undefined;
  #provider!: Provider;

  static async start(): Promise<IdentityProvider> {
    const started = new IdentityProvider();
    await new Promise<void>((resolve) => started.#server.listen(0, '127.0.0.1', resolve));
    await started.rotate();
    return started;
  }

  get issuer(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get keys(): SigningKeys {
    if (!this.#keys) throw new Error('The provider has no keys yet');
    return this.#keys;
  }

  /** Signs with a new key from now on, and no longer publishes the one before. */
  async rotate(): Promise<void> {
    const [ES256, RS256] = await Promise.all([newKey('ES256'), this.#keys?.RS256 ?? newKey('RS256')]);
    this.#keys = { ES256, RS256 };
    this.#open();
  }

  redirectsTo(url: string): void {
    this.#redirects.push(url);
    this.#open();
  }

  /** An access token as a machine gets it, from the token endpoint. */
  async machineToken(): Promise<string> {
    const answer = await fetch(`${this.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${this.clientId}:${this.clientSecret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource: this.audience }),
    });
    const { access_token: token } = (await answer.json()) as { access_token?: string };
    if (token === undefined) throw new Error(`The provider answered ${answer.status}`);
    return token;
  }

  /** What this provider could have signed. A member that is undefined is left out. */
  async sign(
    claims: Readonly<Record<string, unknown>> = {},
    header: Readonly<Record<string, unknown>> = {},
    key: JWK = this.keys.ES256,
  ): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const whole = { iss: this.issuer, aud: this.audience, sub: 'machine', iat: now, exp: now + 300, groups: this.machineGroups, ...claims };
    const signed = new SignJWT(JSON.parse(JSON.stringify(whole)) as JWTPayload);
    const protectedHeader: Record<string, unknown> = { alg: key.alg, typ: 'at+jwt', kid: key.kid, ...header };
    return signed
      .setProtectedHeader(JSON.parse(JSON.stringify(protectedHeader)) as JWTHeaderParameters)
      .sign(await importJWK(key, key.alg));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }

  #open(): void {
    this.#provider = new Provider(this.issuer, this.#configuration());
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    if (request.url?.startsWith('/interaction/')) {
      const result = { login: { accountId: this.person.sub } };
      this.#provider.interactionFinished(request, response, result).catch(() => response.writeHead(400).end());
      return;
    }
    if (request.url === '/jwks') this.keyReads += 1;
    void this.#provider.callback()(request, response);
  }

  #configuration(): Configuration {
    const { audience } = this;
    const keys = [this.keys.ES256, this.keys.RS256];
    return {
      jwks: { keys },
      cookies: { keys: [randomUUID()] },
      clients: [
        {
          client_id: this.clientId,
          client_secret: this.clientSecret,
          grant_types: ['authorization_code', 'client_credentials'],
          redirect_uris: this.#redirects,
          response_types: ['code'],
          id_token_signed_response_alg: 'ES256',
        },
      ],
      ttl: { AccessToken: 300, ClientCredentials: 300, Grant: 3_600, IdToken: 300, Interaction: 600, Session: 3_600 },
      enabledJWA: { idTokenSigningAlgValues: ['ES256', 'RS256'] },
      pkce: { required: () => true },
      scopes: ['openid', 'profile', 'groups'],
      claims: { openid: ['sub'], profile: ['name'], groups: ['groups'] },
      findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ ...this.person, sub, groups: [...this.person.groups] }) }),
      loadExistingGrant: async ({ oidc }) => {
        const grant = new oidc.provider.Grant({
          ...(oidc.client ? { clientId: oidc.client.clientId } : {}),
          ...(oidc.account ? { accountId: oidc.account.accountId } : {}),
        });
        grant.addOIDCScope([...oidc.requestParamScopes].join(' '));
        await grant.save();
        return grant;
      },
      extraTokenClaims: () => ({ groups: [...this.machineGroups] }),
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: () => ({ scope: '', audience, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } }),
        },
      },
    };
  }
}

async function newKey(alg: 'ES256' | 'RS256'): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: randomUUID(), use: 'sig', alg };
}
