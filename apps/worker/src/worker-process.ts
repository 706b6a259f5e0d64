import type { Config } from '@registrar/config';
import type { ExpiryAlarms } from '@registrar/ehrs';
import type { Jobs } from '@registrar/jobs';
import type { Dispatcher } from '@registrar/registrations';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import { handlers, JOBS } from './handlers.js';
import { Sweeper } from './sweeper.js';

const DOORBELLS = 4;

/** Starts to answer the doorbell and to sweep; ends by finishing what is in hand, so that no answer is lost to a shutdown. */
export class WorkerProcess implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #sweeper: Sweeper;

  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly alarms: ExpiryAlarms,
    private readonly jobs: Jobs,
    config: Config,
    private readonly logger: Logger,
    private readonly closing: readonly (() => Promise<void>)[],
  ) {
    this.#sweeper = new Sweeper(dispatcher, jobs, config.SWEEP_INTERVAL_MS);
  }

  onApplicationBootstrap(): void {
    this.jobs.work(JOBS, handlers(this.dispatcher, this.alarms), { concurrency: DOORBELLS });
    this.#sweeper.start();
    this.logger.info({ queue: this.jobs.backend }, 'the worker is ready');
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#sweeper.stop();
    this.logger.info({ in_hand: this.dispatcher.inHand }, 'the worker takes nothing more up');
    await this.dispatcher.drain();
    await this.jobs.close();
    for (const close of this.closing) await close();
    this.logger.info('the worker has ended');
  }
}
