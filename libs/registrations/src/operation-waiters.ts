import type { UnitOfWork } from '@registrar/database';
import { OPEN_OPERATIONS } from './operation-status.js';
import type { OperationView } from './operation-view.js';
import type { Registrations } from './registrations.service.js';
import type { Wakeups } from './wakeups.js';

const POLL_MS = 1_000;

/** Who waits for operations to end (`Prefer: wait`): woken by the database's notification, or by a look every second. */
export class OperationWaiters {
  constructor(
    private readonly wakeups: Wakeups,
    private readonly registrations: Registrations,
  ) {}

  /** Resolves when the operation is no longer queued, running or waiting, or after `waitMs`; with the operation as it is then. */
  async settled(scope: UnitOfWork, id: string, waitMs: number): Promise<OperationView> {
    const until = performance.now() + waitMs;
    for (;;) {
      const heard = this.wakeups.next(id, Math.max(0, Math.min(POLL_MS, until - performance.now())));
      const operation = await this.registrations.operation(scope, id);
      if (!OPEN_OPERATIONS.includes(operation.status) || performance.now() >= until) return operation;
      await heard;
    }
  }
}
