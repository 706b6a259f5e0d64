import type { Jobs } from '@registrar/jobs';
import type { Duties } from './handlers.js';
import { SCHEDULE } from './schedule.js';

/** A plain timer in each worker: finds what is due by itself, so that a lost queue costs seconds, and mends the recurring jobs. */
export class Sweeper {
  #timer: NodeJS.Timeout | undefined;
  #sweeping = false;

  constructor(
    private readonly duties: Duties,
    private readonly jobs: Jobs,
    private readonly intervalMs: number,
  ) {}

  start(): void {
    this.#timer = setInterval(() => void this.#sweep(), this.intervalMs);
    void this.#sweep();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #sweep(): Promise<void> {
    void this.duties.dispatcher.sweep();
    void this.duties.rotations.look();
    if (this.#sweeping) return;
    this.#sweeping = true;
    await this.jobs.ensureSchedules(SCHEDULE);
    this.#sweeping = false;
  }
}
