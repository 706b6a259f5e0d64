import type { Request } from 'express';
import { apiProblem } from '../api.problems.js';
import { hasSession } from './cookies.js';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What a browser says of a request that a page of ours made, or the person by the address bar (Sec-Fetch-Site). */
const OURS = new Set<string | undefined>(['same-origin', 'none', undefined]);

/** Refuses requests that come with a session's cookie and were made by a page of another address (OWASP ASVS 3.5.1, 3.5.3, 3.5.8). */
export class OriginCheck {
  readonly #origin: string;

  /** @param consoleUrl The address at which browsers reach Registrar. */
  constructor(consoleUrl: string) {
    this.#origin = new URL(consoleUrl).origin;
  }

  /**
   * What changes something has to name our origin: a browser does so with every such request, and one that does not is refused
   * too. What only reads is refused where the browser says that another site asks: a report costs something, and is nobody
   * else's to embed or to begin. A public call may come from anywhere; the OpenID provider sends people back to one.
   * @throws Problem api.foreign_origin
   */
  check(request: Request, isPublic: boolean): void {
    if (!hasSession(request)) return;
    const site = request.headers['sec-fetch-site'];
    const foreign = SAFE.has(request.method)
      ? !isPublic && !OURS.has(typeof site === 'string' ? site : undefined)
      : request.headers.origin !== this.#origin;
    if (foreign) throw apiProblem('api.foreign_origin');
  }
}
