import { Injectable } from '@nestjs/common';
import { Authenticator, type Principal } from '@registrar/access';
import { Secret } from '@registrar/secret';
import type { Request } from 'express';
import passport from 'passport';

export const API_KEY = 'api-key';
const BEARER = /^Bearer +(\S{1,200})$/i;

/** The key that a request presents. */
export function bearerOf(request: Request): Secret | undefined {
  const [, token] = BEARER.exec(request.headers.authorization ?? '') ?? [];
  return token === undefined ? undefined : Secret.of(token);
}

/** passport's part: `Authorization: Bearer rk_…` becomes the principal that the key stands for. */
@Injectable()
export class ApiKeyStrategy extends passport.Strategy {
  override readonly name = API_KEY;

  constructor(private readonly authenticator: Authenticator) {
    super();
    passport.use(API_KEY, this);
  }

  override authenticate(request: Request): void {
    const token = bearerOf(request);
    if (token === undefined) {
      this.fail('Bearer');
      return;
    }
    this.authenticator.authenticate(token).then(
      (principal: Principal | undefined) => {
        if (principal) this.success(principal);
        else this.fail('Bearer error="invalid_token"');
      },
      (error: unknown) => {
        this.error(error);
      },
    );
  }
}
