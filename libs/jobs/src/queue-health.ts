import type { Report } from './incident.js';

const PAUSE_MS = 1_000;

/** Remembers whether the queue answers, so that a dead one is told once and costs a request nothing for a second at a time. */
export class QueueHealth {
  #failedAt: number | undefined;

  constructor(
    private readonly backend: 'postgres' | 'redis',
    private readonly side: 'ring' | 'work',
    private readonly report: Report,
  ) {}

  /** True while it is not worth asking. */
  get resting(): boolean {
    return this.#failedAt !== undefined && performance.now() - this.#failedAt < PAUSE_MS;
  }

  failed(error: unknown): void {
    const first = this.#failedAt === undefined;
    this.#failedAt = performance.now();
    if (first) this.report({ kind: 'queue_down', backend: this.backend, side: this.side, error });
  }

  worked(): void {
    if (this.#failedAt === undefined) return;
    this.#failedAt = undefined;
    this.report({ kind: 'queue_back', backend: this.backend, side: this.side });
  }
}
