import type { Notifications, UnitOfWork } from '@registrar/database';
import { OPEN_OPERATIONS } from './operation-status.js';
import type { OperationView } from './operation-view.js';
import type { Registrations } from './registrations.service.js';

// For a notification that was missed: the connection that listens may just be away.
const POLL_MS = 1_000;

/** Who waits for operations to end (`Prefer: wait`): woken by the database's notification, or by a look every second. */
export class OperationWaiters {
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(
    private readonly notifications: Notifications,
    private readonly registrations: Registrations,
  ) {}

  async start(): Promise<void> {
    await this.notifications.listen('operations', (id) => {
      this.#waiting.get(id)?.forEach((wake) => {
        wake();
      });
    });
  }

  /** Resolves when the operation is no longer queued, running or waiting, or after `waitMs`; with the operation as it is then. */
  async settled(scope: UnitOfWork, id: string, waitMs: number): Promise<OperationView> {
    const until = performance.now() + waitMs;
    for (;;) {
      // Asked for before looking, so that none is missed between.
      const heard = this.#next(id, Math.max(0, Math.min(POLL_MS, until - performance.now())));
      const operation = await this.registrations.operation(scope, id);
      if (!OPEN_OPERATIONS.includes(operation.status) || performance.now() >= until) return operation;
      await heard;
    }
  }

  #next(id: string, waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(id) ?? new Set();
      this.#waiting.set(id, waiting);
      const wake = () => {
        clearTimeout(timer);
        waiting.delete(wake);
        if (waiting.size === 0 && this.#waiting.get(id) === waiting) this.#waiting.delete(id);
        resolve();
      };
      const timer = setTimeout(wake, waitMs);
      waiting.add(wake);
    });
  }
}
