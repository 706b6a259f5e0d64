import type { Clock } from '@registrar/clock';
import type { Database, Transaction, UnitOfWork } from '@registrar/database';
import type { Application } from './application.js';
import { applicationProblem } from './applications.problems.js';
import type { ApplicationRecords } from './applications.records.js';
import { applicationRows } from './applications.repository.js';
import { found, present } from './applications.service.js';

/** What was stopped with the application hears of its resumption in the same transaction. */
export type ApplicationResumed = (tx: Transaction, applicationId: string) => Promise<void>;

/**
 * Stops an application everywhere, in every process, with one commit. To suspend what is suspended, or resume what is not,
 * changes nothing.
 */
export class ApplicationSuspensionService {
  readonly #resumed: ApplicationResumed[] = [];

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly records: ApplicationRecords,
  ) {}

  onResumed(hook: ApplicationResumed): void {
    this.#resumed.push(hook);
  }

  /** @throws Problem applications.not_found | applications.bound_key */
  suspend(scope: UnitOfWork, id: string, reason?: string): Promise<Application> {
    return this.#set(scope, id, this.clock.now(), reason);
  }

  /** @throws Problem applications.not_found | applications.bound_key */
  resume(scope: UnitOfWork, id: string, reason?: string): Promise<Application> {
    return this.#set(scope, id, null, reason);
  }

  async #set(scope: UnitOfWork, id: string, suspendedAt: Date | null, reason: string | undefined): Promise<Application> {
    if (scope.tenantIds !== undefined) throw applicationProblem('applications.bound_key');
    return this.database.transaction(scope, async (tx) => {
      const row = found(await applicationRows.lock(tx, id));
      const revision = (await applicationRows.currentRevisions(tx, [row])).get(id);
      if ((row.suspendedAt === null) === (suspendedAt === null)) return present(row, revision);
      row.suspendedAt = suspendedAt;
      row.version += 1;
      row.updatedAt = this.clock.now();
      await applicationRows.update(tx, row);
      this.records.stopped(tx, row, reason);
      if (suspendedAt === null) for (const hook of this.#resumed) await hook(tx, id);
      return present(row, revision);
    });
  }
}
