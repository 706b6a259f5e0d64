import { Injectable, SetMetadata, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Idempotency, scopeOf, type IdempotentRequest } from '@registrar/access';
import { canonicalJson } from '@registrar/audit';
import type { UnitOfWork } from '@registrar/database';
import type { Response } from 'express';
import { catchError, from, mergeMap, of, throwError, type Observable } from 'rxjs';
import { apiProblem } from './api.problems.js';
import type { ApiRequest } from './api-request.js';

const REVEALS = 'registrar:reveals';
const KEY = /^[\x21-\x7e]{1,255}$/;
const KEPT_HEADERS = ['location', 'etag'] as const;

/** Members of the answer that hold a secret: they are shown once and never stored, so a replay is without them. */
export const Reveals = (...members: string[]): MethodDecorator => SetMetadata(REVEALS, members);

/** `Idempotency-Key` on any POST: the first answer is given again, with `Idempotent-Replayed: true`. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly idempotency: Idempotency,
    private readonly reflector: Reflector,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<ApiRequest>();
    const key = request.headers['idempotency-key'];
    const { principal } = request;
    if (request.method !== 'POST' || key === undefined || !principal) return next.handle();
    if (typeof key !== 'string' || !KEY.test(key))
      throw apiProblem('api.invalid_header', { detail: 'Idempotency-Key has 1 to 255 visible ASCII characters.' });
    const path = request.originalUrl.split('?', 1)[0] ?? '';
    const sent = { query: request.query, body: (request.body ?? null) as unknown };
    const claimed = { callerId: principal.id, route: `POST ${path}`, key, request: canonicalJson(sent) };
    const scope = scopeOf(principal, request.requestId);
    const claim = await this.idempotency.claim(scope, claimed);
    const response = http.getResponse<Response>();
    switch (claim.kind) {
      case 'other_request':
        throw apiProblem('api.idempotency_key_reused');
      case 'running':
        throw apiProblem('api.idempotency_in_flight', { retryAfterMs: 1_000 });
      case 'done':
        response.status(claim.status).set({ ...claim.headers, 'Idempotent-Replayed': 'true' });
        return of(claim.body);
      case 'mine':
        return next.handle().pipe(
          catchError((error: unknown) =>
            from(this.idempotency.release(scope, claimed).catch(() => undefined)).pipe(mergeMap(() => throwError(() => error))),
          ),
          // Where the answer cannot be kept, what was asked for is done all the same: it is answered, and the key stays taken.
          mergeMap((body: unknown) =>
            from(
              this.#settle(scope, claimed, response, this.#storable(context, body)).then(
                () => body,
                () => body,
              ),
            ),
          ),
        );
    }
  }

  async #settle(scope: UnitOfWork, claimed: IdempotentRequest, response: Response, body: unknown): Promise<void> {
    const headers = Object.fromEntries(
      KEPT_HEADERS.flatMap((name) => {
        const value = response.getHeader(name);
        return typeof value === 'string' ? [[name, value]] : [];
      }),
    );
    await this.idempotency.settle(scope, claimed, { status: response.statusCode, headers, body });
  }

  #storable(context: ExecutionContext, body: unknown): unknown {
    const secret = this.reflector.get<string[] | undefined>(REVEALS, context.getHandler());
    if (!secret || typeof body !== 'object' || body === null) return body;
    return Object.fromEntries(Object.entries(body).filter(([name]) => !secret.includes(name)));
  }
}
