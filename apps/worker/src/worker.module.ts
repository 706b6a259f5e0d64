import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from '@registrar/config';
import type { Logger } from 'pino';
import { composeWorker } from './compose.js';
import { WorkerProcess } from './worker-process.js';

@Module({})
export class WorkerModule {
  /** The worker as a Nest application: its hooks start the work and drain it. */
  static of(config: Config, logger: Logger): DynamicModule {
    return { module: WorkerModule, providers: [{ provide: WorkerProcess, useFactory: () => composeWorker(config, logger) }] };
  }
}
