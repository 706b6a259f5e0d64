import type { Authenticator, People, Principal, SessionAuthenticator } from '@registrar/access';
import type { Request } from 'express';
import { bearerOf } from './bearer.js';
import { sessionOf } from './cookies.js';
import type { TokenVerifier } from './token-verifier.js';

/** The one place that tells who calls: by an API key, by a token of the OpenID provider, or by a browser's session. */
export class Callers {
  constructor(
    private readonly apiKeys: Pick<Authenticator, 'authenticate'>,
    private readonly sessions: Pick<SessionAuthenticator, 'authenticate'>,
    private readonly people: Pick<People, 'enter'>,
    /** Absent where no provider is configured: no token is taken then. */
    private readonly verifier?: Pick<TokenVerifier, 'identityOf'>,
  ) {}

  /** @throws Problem database.unavailable | api.provider_unreachable */
  async of(request: Request): Promise<Principal | undefined> {
    return (await this.byApiKey(request)) ?? (await this.byToken(request)) ?? (await this.bySession(request));
  }

  async byApiKey(request: Request): Promise<Principal | undefined> {
    const bearer = bearerOf(request);
    return bearer && this.apiKeys.authenticate(bearer, request.ip);
  }

  async byToken(request: Request): Promise<Principal | undefined> {
    const bearer = bearerOf(request);
    const identity = bearer && (await this.verifier?.identityOf(bearer));
    return identity && this.people.enter(identity);
  }

  /**
   * Whoever sends a bearer, a bad one too, means that: the cookie beside it counts for nothing. A page that follows the stream of
   * events, also one that comes back to it by itself, is nobody at work: its session ends when it is idle for too long.
   */
  async bySession(request: Request): Promise<Principal | undefined> {
    if (request.headers.authorization !== undefined) return undefined;
    const cookie = sessionOf(request);
    const follows = (request.headers.accept ?? '').includes('text/event-stream');
    return cookie && this.sessions.authenticate(cookie, request.ip, { follows });
  }
}
