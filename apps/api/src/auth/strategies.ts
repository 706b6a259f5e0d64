import { Injectable } from '@nestjs/common';
import type { Principal } from '@registrar/access';
import type { Request } from 'express';
import passport from 'passport';
import { Callers } from './callers.js';

/** The ways in, in the order in which they are tried. */
export const STRATEGIES = ['api-key', 'openid', 'session'] as const;

/** passport's part of one way in: what the request brings becomes the principal that it stands for. */
class CallerStrategy extends passport.Strategy {
  constructor(
    override readonly name: string,
    private readonly callerOf: (request: Request) => Promise<Principal | undefined>,
  ) {
    super();
  }

  override authenticate(request: Request): void {
    this.callerOf(request).then(
      (principal) => {
        if (principal) this.success(principal);
        else this.fail('Bearer');
      },
      (error: unknown) => {
        this.error(error);
      },
    );
  }
}

/** Makes the three ways in known to passport. */
@Injectable()
export class Strategies {
  constructor(callers: Callers) {
    passport.use(new CallerStrategy('api-key', (request) => callers.byApiKey(request)));
    passport.use(new CallerStrategy('openid', (request) => callers.byToken(request)));
    passport.use(new CallerStrategy('session', (request) => callers.bySession(request)));
  }
}
