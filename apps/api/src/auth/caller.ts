import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { scopeOf, type Principal } from '@registrar/access';
import type { UnitOfWork } from '@registrar/database';
import { apiProblem } from '../api.problems.js';
import type { ApiRequest } from '../api-request.js';

function principalOf(context: ExecutionContext): { principal: Principal; requestId: string; ip: string | undefined } {
  const { principal, requestId, ip } = context.switchToHttp().getRequest<ApiRequest>();
  if (!principal) throw apiProblem('api.unauthenticated');
  return { principal, requestId, ip };
}

/** The scope of everything that this request does: pass it to the service. It comes from the key, never from the request's words. */
export const Scope = createParamDecorator((_: unknown, context: ExecutionContext): UnitOfWork => {
  const { principal, requestId, ip } = principalOf(context);
  return scopeOf(principal, requestId, ip);
});

/** Who calls. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Principal => principalOf(context).principal);
