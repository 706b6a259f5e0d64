import type { Jobs } from '@registrar/jobs';
import type { Duties } from './handlers.js';
import { SCHEDULE } from './schedule.js';

/** A plain timer in each worker: finds what is due by itself, so that a lost queue costs seconds, and mends the recurring jobs. */
export class Sweeper {
  #timer: NodeJS.Timeout | undefined;
  #sweeping = false;
  #looking: Promise<unknown> | undefined;

  constructor(
    private readonly duties: Duties,
    private readonly jobs: Jobs,
    private readonly intervalMs: number,
  ) {}

  start(): void {
    this.#timer = setInterval(() => void this.#sweep(), this.intervalMs);
    void this.#sweep();
  }

  /** Takes nothing more up, and waits until what is looked at beside the operations has ended. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    await Promise.all(this.duties.beside.map((each) => each.drain()));
  }

  async #sweep(): Promise<void> {
    void this.duties.dispatcher.sweep();
    void this.duties.rotations.look();
    this.#looking ??= Promise.allSettled(this.duties.beside.map((each) => each.look())).finally(() => {
      this.#looking = undefined;
    });
    if (this.#sweeping) return;
    this.#sweeping = true;
    await this.jobs.ensureSchedules(SCHEDULE);
    this.#sweeping = false;
  }
}
