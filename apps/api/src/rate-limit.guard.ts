import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { apiProblem } from './api.problems.js';
import type { ApiRequest } from './api-request.js';

/** So many requests each second for each key or person, on this instance; the answer says what is left (RateLimit header fields). */
@Injectable()
export class RateLimitGuard implements CanActivate {
  readonly #limiter: RateLimiterMemory;

  constructor(private readonly perSecond: number) {
    this.#limiter = new RateLimiterMemory({ points: perSecond, duration: 1 });
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const { principal } = http.getRequest<ApiRequest>();
    if (!principal) return true;
    const state = await this.#limiter.consume(principal.id).catch((refused: unknown) => {
      if (refused instanceof RateLimiterRes) return refused;
      throw refused;
    });
    const response = http.getResponse<Response>();
    const seconds = Math.max(1, Math.ceil(state.msBeforeNext / 1000));
    response.setHeader('RateLimit-Policy', `"key";q=${this.perSecond};w=1`);
    response.setHeader('RateLimit', `"key";r=${Math.max(0, state.remainingPoints)};t=${seconds}`);
    if (state.consumedPoints > this.perSecond) throw apiProblem('api.rate_limited', { retryAfterMs: state.msBeforeNext });
    return true;
  }
}
