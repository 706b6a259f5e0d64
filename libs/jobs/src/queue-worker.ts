import { within } from './deadline.js';
import type { BullWorker } from './queue-backend.js';
import type { QueueHealth } from './queue-health.js';

const AGAIN_MS = 1_000;
const DISCONNECT_MS = 2_000;

/** A BullMQ worker that is there again whenever the queue is: one whose first connect failed would never try again by itself. */
export class QueueWorker {
  #worker: BullWorker | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    private readonly make: () => BullWorker,
    private readonly health: QueueHealth,
  ) {
    this.#start();
  }

  /** Takes no more jobs and waits up to `drainMs` for those that run. */
  async close(drainMs: number): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    if (this.#worker) await within(drainMs + DISCONNECT_MS, this.#worker.close()).catch(() => undefined);
  }

  #start(): void {
    const worker = this.make();
    this.#worker = worker;
    worker.on('error', (error) => {
      if (!this.#closed) this.health.failed(error);
    });
    worker
      .waitUntilReady()
      .then(() => {
        this.health.worked();
      })
      .catch((error: unknown) => {
        if (this.#closed) return;
        this.health.failed(error);
        worker.close(true).catch(() => undefined);
        this.#timer = setTimeout(() => {
          this.#start();
        }, AGAIN_MS);
      });
  }
}
