import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { apiProblem } from './api.problems.js';
import type { ApiRequest } from './api-request.js';

const UNCOUNTED = 'registrar:uncounted';

/** Calls that are answered from memory, and that many may make from one address: EHRs behind a proxy, whoever watches over health. */
export const Uncounted = (): ClassDecorator => SetMetadata(UNCOUNTED, true);

/**
 * So many requests each second for each key or person, and for each address that calls without one, on this instance; the answer
 * says what is left (RateLimit header fields).
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  readonly #reflector = new Reflector();
  readonly #limiter: RateLimiterMemory;

  constructor(private readonly perSecond: number) {
    this.#limiter = new RateLimiterMemory({ points: perSecond, duration: 1 });
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const { principal, ip } = http.getRequest<ApiRequest>();
    if (!principal && this.#reflector.get<true | undefined>(UNCOUNTED, context.getClass())) return true;
    const [what, who] = principal ? ['key', principal.id] : ['address', `address ${ip ?? ''}`];
    const state = await this.#limiter.consume(who).catch((refused: unknown) => {
      if (refused instanceof RateLimiterRes) return refused;
      throw refused;
    });
    const response = http.getResponse<Response>();
    const seconds = Math.max(1, Math.ceil(state.msBeforeNext / 1000));
    response.setHeader('RateLimit-Policy', `"${what}";q=${this.perSecond};w=1`);
    response.setHeader('RateLimit', `"${what}";r=${Math.max(0, state.remainingPoints)};t=${seconds}`);
    if (state.consumedPoints > this.perSecond) throw apiProblem('api.rate_limited', { retryAfterMs: state.msBeforeNext });
    return true;
  }
}
