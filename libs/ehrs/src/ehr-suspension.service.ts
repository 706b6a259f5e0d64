import { assertEnvironment } from '@registrar/access';
import type { Clock } from '@registrar/clock';
import type { Database, Transaction, UnitOfWork } from '@registrar/database';
import { assertWritable } from './ehr-scope.js';
import type { Ehr } from './ehr.js';
import type { EhrRecords } from './ehrs.records.js';
import { ehrRows } from './ehrs.repository.js';
import { found, present } from './ehrs.service.js';

/** What was stopped with the EHR hears of its resumption in the same transaction. */
export type EhrResumed = (tx: Transaction, ehrId: string) => Promise<void>;

/**
 * Stops everything at an EHR, in every process, with one commit. To suspend what is suspended, or resume what is not,
 * changes nothing.
 */
export class EhrSuspensionService {
  readonly #resumed: EhrResumed[] = [];

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly records: EhrRecords,
  ) {}

  onResumed(hook: EhrResumed): void {
    this.#resumed.push(hook);
  }

  /** @throws Problem ehrs.not_found | ehrs.bound_key | access.environment_mismatch */
  suspend(scope: UnitOfWork, id: string, reason?: string): Promise<Ehr> {
    return this.#set(scope, id, this.clock.now(), reason);
  }

  /** @throws Problem ehrs.not_found | ehrs.bound_key | access.environment_mismatch */
  resume(scope: UnitOfWork, id: string, reason?: string): Promise<Ehr> {
    return this.#set(scope, id, null, reason);
  }

  async #set(scope: UnitOfWork, id: string, suspendedAt: Date | null, reason: string | undefined): Promise<Ehr> {
    assertWritable(scope);
    return this.database.transaction(scope, async (tx) => {
      const row = found(await ehrRows.lock(tx, id));
      assertEnvironment(scope, row.environment);
      if ((row.suspendedAt === null) === (suspendedAt === null)) return present(tx, row);
      row.suspendedAt = suspendedAt;
      row.version += 1;
      row.updatedAt = this.clock.now();
      await ehrRows.update(tx, row);
      this.records.ehr(tx, suspendedAt ? 'ehr.suspend' : 'ehr.resume', row, reason === undefined ? {} : { reason });
      if (suspendedAt === null) for (const hook of this.#resumed) await hook(tx, id);
      return present(tx, row);
    });
  }
}
