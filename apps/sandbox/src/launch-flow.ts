import { createHash, randomBytes } from 'node:crypto';
import type { Fetch, LaunchRegistrar, Registration } from './launch-registrar.js';

/** A sign-in that waits for its answer. */
export interface Pending {
  readonly registration: Registration;
  readonly state: string;
  readonly verifier: string;
}

/** RFC 6749 section 5.1. */
export interface Tokens {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly expires_in?: number;
  readonly scope?: string;
}

const random = (): string => randomBytes(32).toString('base64url');

/** Begins: what to remember, and where the browser goes (RFC 6749 section 4.1.1, RFC 7636 with S256). */
export function begin(registration: Registration, redirectUri: string): { pending: Pending; location: string } {
  const pending = { registration, state: random(), verifier: random() };
  const location = new URL(needed(registration, 'authorization'));
  location.search = new URLSearchParams({
    response_type: 'code',
    client_id: registration.client_id,
    redirect_uri: redirectUri,
    ...(registration.scope === null ? {} : { scope: registration.scope }),
    state: pending.state,
    code_challenge: createHash('sha256').update(pending.verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  return { pending, location: location.href };
}

/** The token endpoint of one EHR, asked with assertions that Registrar signs. */
export class LaunchTokens {
  constructor(
    private readonly registrar: LaunchRegistrar,
    private readonly fetch: Fetch,
  ) {}

  /** @throws Error where state, issuer or code are not those of this sign-in (RFC 9207, RFC 6749 section 4.1.3) */
  async redeem({ registration, state, verifier }: Pending, answer: URLSearchParams, redirectUri: string): Promise<Tokens> {
    if (answer.get('state') !== state) throw new Error('The answer belongs to another sign-in.');
    const iss = answer.get('iss');
    if (iss !== null && iss !== registration.issuer) throw new Error('The answer comes from another issuer.');
    const code = answer.get('code');
    if (code === null) throw new Error(`The EHR refused: ${answer.get('error') ?? 'no code'}`);
    return this.#ask(registration, { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier });
  }

  /** A new access token. The refresh token is the old one where the answer has none (RFC 6749 section 6). */
  async refresh(registration: Registration, { refresh_token: refreshToken }: Tokens): Promise<Tokens> {
    if (refreshToken === undefined) throw new Error('There is no refresh token.');
    const tokens = await this.#ask(registration, { grant_type: 'refresh_token', refresh_token: refreshToken });
    return { refresh_token: refreshToken, ...tokens };
  }

  async #ask(registration: Registration, form: Record<string, string>): Promise<Tokens> {
    // An assertion is good for one request: each request has one of its own.
    const { client_assertion, client_assertion_type } = await this.registrar.assertion(registration);
    const body = new URLSearchParams({ ...form, client_id: registration.client_id, client_assertion, client_assertion_type });
    const answer = await this.fetch(needed(registration, 'token'), { method: 'POST', body });
    if (!answer.ok) throw new Error(`The token endpoint answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Tokens;
  }
}

function needed({ endpoints }: Registration, name: 'authorization' | 'token'): string {
  const url = endpoints[name];
  if (url === undefined) throw new Error(`Registrar knows no ${name} endpoint of this EHR.`);
  return url;
}
