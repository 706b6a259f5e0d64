import type { IncomingMessage } from 'node:http';
import type { Behaviour } from './behaviour.js';
import { SimulatedClient, token } from './client.js';
import type { Grants } from './grants.js';
import { badToken } from './refusal.js';

interface Entry {
  usesLeft: number | null;
  readonly expiresAt: number | null;
}

/** The client with which initial access tokens are obtained (I-03), as the server's administrator hands it over. */
export interface IatClient {
  token_endpoint: string;
  client_id: string;
  client_secret: string;
  scope: string;
}

/** The server that the tokens are of. */
interface Standing {
  readonly behaviour: Behaviour;
  readonly grants: Grants;
  readonly adminToken: string;
  now(): number;
  url(path: string): string;
}

/** What opens registration at one server: nothing, a token, a token obtained by OAuth, or the administrator's own. */
export class InitialAccess {
  readonly #tokens = new Map<string, Entry>();
  #fetcher: SimulatedClient | undefined;
  #handed: string | undefined;

  constructor(private readonly premises: Standing) {}

  /** One more token, as an administrator would make it. */
  mint(how: { readonly uses?: number | null; readonly ttlMs?: number | null } = {}): string {
    const { iat } = this.premises.behaviour;
    const ttlMs = how.ttlMs === undefined ? iat.ttlMs : how.ttlMs;
    const value = token();
    this.#tokens.set(value, {
      usesLeft: how.uses === undefined ? iat.uses : how.uses,
      expiresAt: ttlMs === null ? null : this.premises.now() + ttlMs,
    });
    return value;
  }

  /** A token that still opens registration; undefined where none is asked for or it is to be fetched. */
  usable(): string | undefined {
    const { iat } = this.premises.behaviour;
    if (iat.mode === 'admin') return this.premises.adminToken;
    if (iat.mode === 'none' || iat.mode === 'client_credentials') return undefined;
    if (this.#handed === undefined || !this.#isUsable(this.#tokens.get(this.#handed))) this.#handed = this.mint();
    return this.#handed;
  }

  /** undefined where the server's tokens are not fetched. */
  client(): IatClient | undefined {
    const { iat } = this.premises.behaviour;
    const fetcher = this.fetcher();
    if (!fetcher?.secret) return undefined;
    return { token_endpoint: this.premises.url('/token'), client_id: fetcher.id, client_secret: fetcher.secret.value, scope: iat.scope };
  }

  /** The client at the token endpoint; it is nobody's registration, so the ledger does not have it. */
  fetcher(): SimulatedClient | undefined {
    const { iat } = this.premises.behaviour;
    if (iat.mode !== 'client_credentials') return undefined;
    if (!this.#fetcher) {
      this.#fetcher = new SimulatedClient(`iat-${token()}`, 0, { grant_types: ['client_credentials'], scope: iat.scope });
      this.#fetcher.giveSecret(this.premises.now(), null, 0);
    }
    return this.#fetcher;
  }

  /**
   * Lets a registration in. Answers what to do once it has succeeded.
   * @throws Refusal 401 where the token is missing, unknown, used up or over
   */
  admit(request: IncomingMessage): () => void {
    const { iat } = this.premises.behaviour;
    if (iat.mode === 'none') return () => undefined;
    if (iat.mode === 'admin') {
      this.admitAdmin(request);
      return () => undefined;
    }
    const value = bearerOf(request) ?? '';
    const entry = iat.mode === 'client_credentials' ? this.#fetched(value) : this.#tokens.get(value);
    if (!entry || !this.#isUsable(entry)) throw badToken(401, 'The initial access token is missing, unknown, used up or over.');
    const use = (): void => {
      if (entry.usesLeft !== null) entry.usesLeft -= 1;
    };
    if (iat.usedUpBy === 'success') return use;
    use();
    return () => undefined;
  }

  /** @throws Refusal 401 unless the administrator's token is shown, as Bearer, SSWS or Basic */
  admitAdmin(request: IncomingMessage): void {
    const header = request.headers.authorization ?? '';
    const [, scheme = '', value = ''] = /^(\S+) (\S+)$/.exec(header) ?? [];
    const shown = /^basic$/i.test(scheme)
      ? Buffer.from(value, 'base64')
          .toString()
          .replace(/^[^:]*:/, '')
      : value;
    if (shown !== this.premises.adminToken) throw badToken(401, 'This is for the administrator.');
  }

  /** An access token opens registration if its scope is the registration scope and nothing else. */
  #fetched(value: string): Entry | undefined {
    const { iat } = this.premises.behaviour;
    const grant = this.premises.grants.findAccess(value, this.premises.now());
    if (grant?.clientId !== this.#fetcher?.id || grant?.scope !== iat.scope) return undefined;
    const entry = this.#tokens.get(value) ?? { usesLeft: iat.uses, expiresAt: grant.expiresAt };
    this.#tokens.set(value, entry);
    return entry;
  }

  #isUsable(entry: Entry | undefined): boolean {
    if (!entry || entry.usesLeft === 0) return false;
    return entry.expiresAt === null || this.premises.now() < entry.expiresAt;
  }
}

/** The token of `Authorization: Bearer` (RFC 6750 section 2.1); undefined where there is none. */
export function bearerOf(request: IncomingMessage): string | undefined {
  return /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}
