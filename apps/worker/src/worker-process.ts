import type { Config } from '@registrar/config';
import type { Jobs } from '@registrar/jobs';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import { handlers, JOBS, type Duties } from './handlers.js';
import { Sweeper } from './sweeper.js';

const DOORBELLS = 4;

/** Starts to answer the doorbell and to sweep; ends by finishing what is in hand, so that no answer is lost to a shutdown. */
export class WorkerProcess implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #sweeper: Sweeper;

  constructor(
    private readonly duties: Duties,
    private readonly jobs: Jobs,
    config: Config,
    private readonly logger: Logger,
    private readonly closing: readonly (() => Promise<void>)[],
  ) {
    this.#sweeper = new Sweeper(duties, jobs, config.SWEEP_INTERVAL_MS);
  }

  onApplicationBootstrap(): void {
    this.jobs.work(JOBS, handlers(this.duties), { concurrency: DOORBELLS });
    this.#sweeper.start();
    this.logger.info({ queue: this.jobs.backend }, 'the worker is ready');
  }

  async beforeApplicationShutdown(): Promise<void> {
    const swept = this.#sweeper.stop();
    this.logger.info({ in_hand: this.duties.dispatcher.inHand }, 'the worker takes nothing more up');
    await this.duties.dispatcher.drain();
    await swept;
    await this.jobs.close();
    await this.duties.rotations.stop();
    for (const close of this.closing) await close();
    this.logger.info('the worker has ended');
  }
}
