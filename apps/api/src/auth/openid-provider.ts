import type { Outbound } from '@registrar/outbound';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { CustomFetch, ServerMetadata } from 'openid-client';
import { apiProblem } from '../api.problems.js';
import { KeptDocument } from './kept-document.js';

const DEADLINE_MS = 10_000;
const MOST_BYTES = 262_144;
/** Statuses whose answers have no body. */
const BARE = [204, 205, 304];

/** The configured OpenID provider: its documents and keys. Every request to it goes through libs/outbound. */
export class OpenIdProvider {
  readonly #metadata: KeptDocument<ServerMetadata>;
  readonly #keys: KeptDocument<JWTVerifyGetKey>;

  /**
   * @param issuer Exactly as the provider's tokens name it.
   * @param now Milliseconds that only grow.
   */
  constructor(
    readonly issuer: string,
    private readonly outbound: Pick<Outbound, 'request'>,
    now?: () => number,
  ) {
    this.#metadata = new KeptDocument(() => this.#discover(), now);
    this.#keys = new KeptDocument(async () => {
      const { jwks_uri: address } = await this.metadata();
      return createLocalJWKSet((await this.#read(address ?? '')) as unknown as JSONWebKeySet);
    }, now);
  }

  /** @throws Problem api.provider_unreachable */
  async metadata(): Promise<ServerMetadata> {
    return this.#metadata.get().catch(unreachable);
  }

  /**
   * The key that a token names, among those that the provider publishes and nowhere else: `jku`, `x5u` and `jwk` are not looked
   * at. An unknown `kid` has the keys read again, twice a minute at most.
   */
  readonly key: JWTVerifyGetKey = async (header, token) => {
    const known = await this.#keys.get().catch(unreachable);
    try {
      return await known(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.#keys.renew();
      return (await this.#keys.get())(header, token);
    }
  };

  /** What openid-client sends by. */
  readonly fetch: CustomFetch = async (url, { method, headers, body }) => {
    if (method !== 'GET' && method !== 'POST') throw new TypeError(`No ${method} is sent to an OpenID provider`);
    const answer = await this.outbound.request({
      method,
      url,
      headers: Object.fromEntries(new Headers(headers)),
      ...(body === undefined || body === null ? {} : { body: textOf(body) }),
      deadlineMs: DEADLINE_MS,
      maxBytes: MOST_BYTES,
      connection: method === 'GET' ? 'reuse' : 'fresh',
      partition: 'openid',
    });
    const bytes = BARE.includes(answer.status) ? null : Buffer.from(answer.body);
    return new Response(bytes, { status: answer.status, headers: answer.headers });
  };

  async #discover(): Promise<ServerMetadata> {
    const found = await this.#read(`${this.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    if (found['issuer'] !== this.issuer) throw new Error('The provider calls itself by another name than OIDC_ISSUER');
    return found as unknown as ServerMetadata;
  }

  async #read(url: string): Promise<Record<string, unknown>> {
    const headers = { accept: 'application/json' };
    const answer = await this.fetch(url, { method: 'GET', headers, body: undefined, redirect: 'manual' });
    if (answer.status !== 200) throw new Error(`The provider answered ${answer.status}`);
    const read: unknown = await answer.json();
    if (typeof read !== 'object' || read === null) throw new Error('The provider answered no object');
    return read as Record<string, unknown>;
  }
}

function textOf(body: unknown): string {
  if (typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new TypeError('An OpenID provider is sent forms');
}

function unreachable(cause: unknown): never {
  throw apiProblem('api.provider_unreachable', { cause });
}
