import type { Socket } from 'node:net';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { Problem, problemDocument, type ProblemKind } from '@registrar/problem';
import type { Response } from 'express';
import type { Logger } from 'pino';
import { apiProblem } from './api.problems.js';
import type { ApiRequest } from './api-request.js';

// The only place where a status is picked.
const STATUS: Readonly<Record<ProblemKind, number>> = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  stale: 412,
  too_large: 413,
  unsupported: 415,
  refused: 422,
  limited: 429,
  unavailable: 503,
  internal: 500,
};
const UNAVAILABLE_RETRY_S = 2;
const LINGER_MS = 500;

/** Answers every failure as application/problem+json (RFC 9457); what is unforeseen is logged, and told as nothing but its request id. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<ApiRequest>();
    const response = http.getResponse<Response>();
    const problem = problemOf(error);
    const status = STATUS[problem.entry.kind];
    if (status >= 500)
      this.log.error({ request_id: request.requestId, code: problem.code, err: problem.options.cause ?? problem }, 'failed');
    request.problemCode = problem.code;
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    const wait = problem.options.retryAfterMs;
    if (wait !== undefined) response.setHeader('Retry-After', Math.max(1, Math.ceil(wait / 1000)));
    else if (status === 503) response.setHeader('Retry-After', UNAVAILABLE_RETRY_S);
    if (!request.complete) {
      response.setHeader('Connection', 'close');
      linger(request.socket);
    }
    response
      .status(status)
      .setHeader('Content-Type', 'application/problem+json; charset=utf-8')
      .end(JSON.stringify({ ...problemDocument(problem), status, request_id: request.requestId }));
  }
}

/**
 * Closes the connection of a request that was not read to its end without a reset: a client that is still sending would
 * lose the answer. What it sends meanwhile is read past.
 */
function linger(socket: Socket): void {
  socket.destroySoon = () => {
    socket.end();
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  };
}

/** Every failure as a problem of the dictionary. */
function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof URIError) return apiProblem('api.invalid_path');
  if (error instanceof HttpException) {
    const status = error.getStatus();
    if (status === 400) return apiProblem('api.invalid_path');
    if (status === 404 || status === 405) return apiProblem('api.not_found');
    if (status === 503) return apiProblem('api.stopping');
  }
  return apiProblem('api.internal', { cause: error });
}
