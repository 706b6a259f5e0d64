import { scopeOf, type SessionAuthenticator, type SessionsService } from '@registrar/access';
import type { ApiRequest } from '../api-request.js';
import { sessionOf } from './cookies.js';

/** Ends the session that a browser comes with when it is given another one: what was read off its cookie before is worth nothing then. */
export class FormerSession {
  constructor(
    private readonly authenticator: Pick<SessionAuthenticator, 'authenticate'>,
    private readonly sessions: Pick<SessionsService, 'revoke'>,
  ) {}

  /** Nothing where the browser comes with none that is good. @throws Problem database.unavailable */
  async end(request: ApiRequest): Promise<void> {
    const token = sessionOf(request);
    const former = token && (await this.authenticator.authenticate(token, request.ip));
    if (former?.sessionId === undefined) return;
    await this.sessions.revoke(former, scopeOf(former, request.requestId, request.ip), former.sessionId);
  }
}
