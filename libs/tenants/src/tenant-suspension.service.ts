import type { Clock } from '@registrar/clock';
import type { Database, Transaction, UnitOfWork } from '@registrar/database';
import type { Tenant } from './tenant.js';
import { tenantProblem } from './tenants.problems.js';
import type { TenantRecords } from './tenants.records.js';
import { tenantRows } from './tenants.repository.js';
import { found, present } from './tenants.service.js';

/** What was stopped with the hospital hears of its resumption in the same transaction. */
export type TenantResumed = (tx: Transaction, tenantId: string) => Promise<void>;

/**
 * Stops everything of a hospital, in every process, with one commit: no token, no assertion, no secret, nothing sent. To
 * suspend what is suspended, or resume what is not, changes nothing.
 */
export class TenantSuspensionService {
  readonly #resumed: TenantResumed[] = [];

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly records: TenantRecords,
  ) {}

  onResumed(hook: TenantResumed): void {
    this.#resumed.push(hook);
  }

  /** @throws Problem tenants.not_found | tenants.leaving */
  suspend(scope: UnitOfWork, id: string, reason?: string): Promise<Tenant> {
    return this.#set(scope, id, this.clock.now(), reason);
  }

  /** @throws Problem tenants.not_found | tenants.leaving */
  resume(scope: UnitOfWork, id: string, reason?: string): Promise<Tenant> {
    return this.#set(scope, id, null, reason);
  }

  #set(scope: UnitOfWork, id: string, suspendedAt: Date | null, reason: string | undefined): Promise<Tenant> {
    return this.database.transaction(scope, async (tx) => {
      const row = found(await tenantRows.lock(tx, id));
      if (row.status !== 'active') throw tenantProblem('tenants.leaving', { detail: `The tenant is ${row.status}.` });
      if ((row.suspendedAt === null) === (suspendedAt === null)) return present(row);
      row.suspendedAt = suspendedAt;
      row.version += 1;
      row.updatedAt = this.clock.now();
      await tenantRows.update(tx, row);
      this.records.stopped(tx, row, reason);
      if (suspendedAt === null) for (const hook of this.#resumed) await hook(tx, id);
      return present(row);
    });
  }
}
