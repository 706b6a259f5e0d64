import { token } from './client.js';

/** What a token stands for. */
export interface Grant {
  readonly clientId: string;
  readonly scope: string;
  /** Milliseconds of the server's clock; null = no end. */
  readonly expiresAt: number | null;
  /** The person who signed in; undefined for a backend service. */
  readonly user: string | undefined;
}

/** A code and what it was given for (RFC 6749 section 4.1, RFC 7636). */
export interface CodeGrant extends Grant {
  readonly redirectUri: string;
  readonly challenge: string;
  readonly nonce: string | undefined;
}

/** Codes, access and refresh tokens of one server, opaque to everybody else. */
export class Grants {
  readonly #codes = new Map<string, CodeGrant>();
  readonly #access = new Map<string, Grant>();
  readonly #refresh = new Map<string, Grant>();

  giveCode(grant: CodeGrant): string {
    return keep(this.#codes, grant);
  }

  /** A code is good for one use. */
  takeCode(code: string, now: number): CodeGrant | undefined {
    const grant = live(this.#codes, code, now);
    this.#codes.delete(code);
    return grant;
  }

  giveAccess(grant: Grant): string {
    return keep(this.#access, grant);
  }

  giveRefresh(grant: Grant): string {
    return keep(this.#refresh, grant);
  }

  findAccess(value: string, now: number): Grant | undefined {
    return live(this.#access, value, now);
  }

  findRefresh(value: string, now: number): Grant | undefined {
    return live(this.#refresh, value, now);
  }

  /** RFC 7009: ends the token where it is this client's. Answers whether it was. */
  revoke(value: string, clientId: string): boolean {
    const kept = [this.#access, this.#refresh].find((tokens) => tokens.get(value)?.clientId === clientId);
    return kept?.delete(value) ?? false;
  }

  /** A client that is gone takes its tokens with it. */
  revokeAll(clientId: string): void {
    for (const tokens of [this.#codes, this.#access, this.#refresh])
      for (const [value, grant] of tokens) if (grant.clientId === clientId) tokens.delete(value);
  }

  sweep(now: number): void {
    for (const tokens of [this.#codes, this.#access, this.#refresh]) for (const value of tokens.keys()) live(tokens, value, now);
  }
}

function keep<G>(tokens: Map<string, G>, grant: G): string {
  const value = token();
  tokens.set(value, grant);
  return value;
}

function live<G extends Grant>(tokens: Map<string, G>, value: string, now: number): G | undefined {
  const grant = tokens.get(value);
  if (grant?.expiresAt === undefined || grant.expiresAt === null || now < grant.expiresAt) return grant;
  tokens.delete(value);
  return undefined;
}
