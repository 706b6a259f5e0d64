import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, DiscoveryModule } from '@nestjs/core';
import type { Logger } from 'pino';
import { AuthGuard } from './auth/auth.guard.js';
import { PermitCheck } from './auth/permit-check.js';
import { Strategies } from './auth/strategies.js';
import { controllers } from './controllers.js';
import { Lifetime } from './health/lifetime.js';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';
import { ProblemFilter } from './problem.filter.js';
import { RateLimitGuard } from './rate-limit.guard.js';
import { RegistrationAnswers } from './registrations/registration-answers.js';
import { UndeclaredInputGuard } from './undeclared-input.guard.js';
import { ValidationPipe } from './validation.js';

export interface AppSettings {
  readonly providers: Provider[];
  readonly lifetime: Lifetime;
  readonly log: Logger;
  readonly requestsPerSecond: number;
}

/** The api as Nest knows it. Guards run in the order in which they stand here. */
@Module({})
export class AppModule {
  static with({ providers, lifetime, log, requestsPerSecond }: AppSettings): DynamicModule {
    return {
      module: AppModule,
      imports: [DiscoveryModule],
      controllers,
      providers: [
        ...providers,
        { provide: Lifetime, useValue: lifetime },
        Strategies,
        PermitCheck,
        RegistrationAnswers,
        { provide: APP_GUARD, useClass: AuthGuard },
        { provide: APP_GUARD, useValue: new RateLimitGuard(requestsPerSecond) },
        { provide: APP_GUARD, useClass: UndeclaredInputGuard },
        { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
        { provide: APP_PIPE, useClass: ValidationPipe },
        { provide: APP_FILTER, useValue: new ProblemFilter(log) },
      ],
    };
  }
}
