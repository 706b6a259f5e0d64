import type { Request } from 'express';
import { apiProblem } from '../api.problems.js';
import { hasSession } from './cookies.js';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Refuses requests that change something, come with a session's cookie, and were not made by a page of our own address. */
export class OriginCheck {
  readonly #origin: string;

  /** @param consoleUrl The address at which browsers reach Registrar. */
  constructor(consoleUrl: string) {
    this.#origin = new URL(consoleUrl).origin;
  }

  /** A browser names the origin with every such request; one that does not is refused too. @throws Problem api.foreign_origin */
  check(request: Request): void {
    if (SAFE.has(request.method) || !hasSession(request)) return;
    if (request.headers.origin !== this.#origin) throw apiProblem('api.foreign_origin');
  }
}
