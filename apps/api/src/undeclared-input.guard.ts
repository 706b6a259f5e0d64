import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { RouteParamtypes, ROUTE_ARGS_METADATA } from '@nestjs/common/internal';
import { apiProblem } from './api.problems.js';
import type { ApiRequest } from './api-request.js';

/** Refuses query parameters and bodies of calls that declare none: what is not known is never ignored. */
@Injectable()
export class UndeclaredInputGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<ApiRequest>();
    const declared = Object.keys((Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), context.getHandler().name) ?? {}) as object);
    const takes = (type: RouteParamtypes) => declared.some((key) => key.startsWith(`${type}:`));
    if (!takes(RouteParamtypes.QUERY)) refuse('api.invalid_query', request.query);
    if (!takes(RouteParamtypes.BODY)) refuse('api.invalid_body', request.body);
    return true;
  }
}

function refuse(code: 'api.invalid_query' | 'api.invalid_body', input: unknown): void {
  if (input === undefined || input === null) return;
  if (typeof input !== 'object') throw apiProblem(code, { detail: 'This call takes no body.' });
  const errors = Object.keys(input).map((name) => ({ pointer: `/${name}`, code: 'unknown_member', detail: 'Is not known here.' }));
  if (errors.length > 0) throw apiProblem(code, { errors: errors.slice(0, 20) });
}
