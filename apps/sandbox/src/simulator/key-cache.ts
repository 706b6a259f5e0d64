import { importJWK } from 'jose';
import type { JWK } from 'jose';
import { iso } from './client.js';

/** One fetch of a key set, as the control port shows it. */
export interface KeyFetch {
  /** RFC 3339, of the server's clock. */
  at: string;
  jwks_uri: string;
  /** The answer's status; null: there was none. */
  status: number | null;
  kids: string[];
}

interface Cached {
  readonly at: number;
  readonly keys: readonly JWK[];
}

const KEPT = 2000;
const DEADLINE_MS = 5000;

/** The key sets that one server has fetched, kept for as long as its behaviour says, and which keys it saw when. */
export class KeyCache {
  readonly #sets = new Map<string, Cached>();
  readonly #running = new Map<string, Promise<Cached | undefined>>();
  readonly #seen = new Map<string, { kid: string; at: string }[]>();
  readonly fetches: KeyFetch[] = [];

  constructor(private readonly product: string) {}

  /** When each key of that set was first seen; grows with every fetch. */
  seen(uri: string): { kid: string; at: string }[] {
    const seen = this.#seen.get(uri) ?? [];
    this.#seen.set(uri, seen);
    return seen;
  }

  /**
   * The keys of a set: the kept ones while they are young enough, or else fetched ones.
   * @param kid where the kept ones lack it, and `refetch`, they are fetched at once
   */
  async keys(uri: string, now: number, how: { cacheMs: number; refetch: boolean; kid: string | undefined }): Promise<readonly JWK[]> {
    const kept = this.#sets.get(uri);
    const young = kept !== undefined && now < kept.at + how.cacheMs;
    const lacks = how.kid !== undefined && !kept?.keys.some((key) => key.kid === how.kid);
    if (young && !(lacks && how.refetch)) return kept.keys;
    return (await this.#fetchOnce(uri, now))?.keys ?? [];
  }

  /** Forgets every set, as a restart would. */
  clear(): void {
    this.#sets.clear();
  }

  #fetchOnce(uri: string, now: number): Promise<Cached | undefined> {
    const running = this.#running.get(uri) ?? this.#fetch(uri, now).finally(() => this.#running.delete(uri));
    this.#running.set(uri, running);
    return running;
  }

  async #fetch(uri: string, now: number): Promise<Cached | undefined> {
    const fetched: KeyFetch = { at: iso(now), jwks_uri: uri, status: null, kids: [] };
    this.fetches.push(fetched);
    if (this.fetches.length > KEPT) this.fetches.shift();
    try {
      const headers = { accept: 'application/json', 'user-agent': `${this.product} simulator` };
      const response = await fetch(uri, { headers, redirect: 'error', signal: AbortSignal.timeout(DEADLINE_MS) });
      fetched.status = response.status;
      if (!response.ok) return undefined;
      const { keys } = (await response.json()) as { keys: JWK[] };
      fetched.kids = keys.flatMap(({ kid }) => kid ?? []);
      const seen = this.seen(uri);
      for (const kid of fetched.kids) if (!seen.some((known) => known.kid === kid)) seen.push({ kid, at: fetched.at });
      const cached = { at: now, keys };
      this.#sets.set(uri, cached);
      return cached;
    } catch {
      // Whatever it is, there are no keys: the client is refused, and the fetch is on record without a status.
      return undefined;
    }
  }
}

const imported = new WeakMap<JWK, ReturnType<typeof importJWK>>();

/** The key in the form that verifies, made once for each. */
export function verifier(jwk: JWK, alg: string): ReturnType<typeof importJWK> {
  const known = imported.get(jwk) ?? importJWK(jwk, alg);
  imported.set(jwk, known);
  return known;
}
