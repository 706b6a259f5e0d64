import { Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard as PassportGuard } from '@nestjs/passport';
import { permits, type Principal } from '@registrar/access';
import { apiProblem } from '../api.problems.js';
import type { ApiRequest } from '../api-request.js';
import { OriginCheck } from './origin-check.js';
import { PERMISSION, type RouteAccess } from './permit.js';
import { RevealWatch } from './reveal-watch.js';
import { STRATEGIES } from './strategies.js';

/** What shows a secret: refusals are written down, and requests are counted. */
const REVEALS = ['registrations.reveal', 'registrations.break_glass'] as const;
const revealOf = (access: RouteAccess | undefined) => REVEALS.find((reveal) => reveal === access);

/** Lets a request through whose key, token or session is valid and whose role may do what the route says. */
@Injectable()
export class AuthGuard extends PassportGuard([...STRATEGIES]) {
  constructor(
    private readonly reflector: Reflector,
    private readonly reveals: RevealWatch,
    private readonly origins: OriginCheck,
  ) {
    super({ session: false, property: 'principal' });
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<RouteAccess | undefined>(PERMISSION, [context.getHandler(), context.getClass()]);
    this.origins.check(context.switchToHttp().getRequest<ApiRequest>(), access === 'public');
    if (access === 'public') return true;
    await super.canActivate(context);
    const { principal, requestId, ip } = context.switchToHttp().getRequest<ApiRequest>();
    const permitted = principal !== undefined && access !== undefined && permits(principal, access);
    const reveal = revealOf(access);
    if (principal && reveal)
      await (permitted ? this.reveals.count(principal, requestId, ip) : this.reveals.refused(principal, reveal, requestId, ip));
    if (!permitted) throw apiProblem('api.forbidden');
    return true;
  }

  override handleRequest<User = Principal>(error: unknown, user: User | false): User {
    if (error instanceof Error) throw error;
    if (!user) throw apiProblem('api.unauthenticated');
    return user;
  }
}
