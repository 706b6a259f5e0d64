import type { Clock } from '@registrar/clock';
import { violatedConstraint, type Database, type Transaction, type UnitOfWork } from '@registrar/database';
import { newId } from '@registrar/vault';
import type { Batch, BatchPlan, BatchWanted } from './batch.js';
import { prepareBatch } from './batch-plan.js';
import { batchProblem } from './batch.problems.js';
import { findBatch, insertBatch, lockFailedItems, moveFailedItems, pointItemsAt } from './batch.repository.js';
import { createRegistrations, startOperations, type Records } from './create-registrations.js';
import type { Doorbell } from './doorbell.js';
import { transition } from './lifecycle.js';
import type { PlanAccess } from './plan.js';

const TRIES = 3;

/**
 * Many registrations by one call. A batch is only a list of registrations: each is carried on by its own work item, so a
 * batch survives whatever its registrations survive, and there is nothing to resume.
 */
export class Batches {
  constructor(
    private readonly database: Database,
    private readonly records: Records,
    private readonly clock: Clock,
    private readonly access: PlanAccess,
    private readonly doorbell: Doorbell,
  ) {}

  /** What the batch would do. Nothing is written. @throws Problem batches.not_all_found | batches.too_large | registrations.application_not_found */
  plan(scope: UnitOfWork, wanted: BatchWanted): Promise<BatchPlan> {
    return this.database.transaction(scope, async (tx) => (await prepareBatch(tx, wanted, this.access, this.clock.now())).plan);
  }

  /**
   * Creates what is missing, with its connections, in one transaction. What is registered already is only listed.
   * @param confirmed the hash of the plan that a person saw: where the plan is another one by now, nothing is done
   * @throws Problem batches.plan_changed | batches.empty and those of `plan`
   */
  async create(scope: UnitOfWork, wanted: BatchWanted, confirmed?: string): Promise<Batch> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.database.transaction(scope, (tx) => this.#create(tx, wanted, confirmed));
      } catch (error) {
        // Somebody registered one of the pairs in between: the next try finds it there.
        if (violatedConstraint(error) !== 'registrations_one' || tries === TRIES) throw error;
      }
    }
  }

  /** @throws Problem batches.not_found */
  get(scope: UnitOfWork, id: string): Promise<Batch> {
    return this.database.transaction(scope, (tx) => this.#find(tx, id));
  }

  /**
   * Tries again what was rejected or whose credential failed, and nothing else: what is active, waits for somebody or has
   * an unknown outcome stays as it is. @throws Problem batches.not_found
   */
  async retryFailed(scope: UnitOfWork, id: string): Promise<Batch> {
    return this.database.transaction(scope, async (tx) => {
      await this.#find(tx, id);
      const now = this.clock.now();
      const failed = (await lockFailedItems(tx, id)).map((item) => ({ ...item, operationId: newId() }));
      await moveFailedItems(
        tx,
        failed.map((item) => item.id),
        now,
      );
      const operations = failed.map(({ id: registrationId, operationId, tenantId, hasClient, authorizationServerId }) => ({
        id: operationId,
        registrationId,
        tenantId,
        kind: hasClient ? ('verify' as const) : ('register' as const),
        ...(authorizationServerId === null ? {} : { authorizationServerId }),
      }));
      await startOperations(tx, operations, now);
      await pointItemsAt(tx, id, failed);
      this.records.audit.append(tx, { action: 'batch.retry', subject: { type: 'batch', id }, detail: { registrations: failed.length } });
      for (const { id: registrationId, tenantId, hasClient, operationId } of failed) {
        const event = hasClient ? 'verify' : 'ask_again';
        const subject = { type: 'registration', id: registrationId } as const;
        const detail = { batch_id: id, operation_id: operationId };
        this.records.audit.append(tx, { action: `registration.${event}`, subject, tenantId, detail });
        this.records.events.append(tx, {
          type: `registration.${transition(event).to}`,
          subject,
          tenantId,
          data: { operation_id: operationId },
        });
      }
      this.doorbell.ringAfter(tx);
      return this.#find(tx, id);
    });
  }

  async #create(tx: Transaction, wanted: BatchWanted, confirmed?: string): Promise<Batch> {
    const now = this.clock.now();
    const { plan, toCreate, existing } = await prepareBatch(tx, wanted, this.access, now, { records: this.records, now });
    if (confirmed !== undefined && confirmed !== plan.planHash)
      throw batchProblem('batches.plan_changed', { extra: { plan_hash: plan.planHash } });
    if (toCreate.length + existing.length === 0) throw batchProblem('batches.empty');
    const created = await createRegistrations(tx, wanted.applicationId, toCreate, this.records, now, this.access.quota);
    const id = newId();
    const items = [
      ...created.map(({ registrationId, operationId, planned }) => ({
        registrationId,
        operationId,
        tenantId: planned.pair.tenantId,
        outcome: 'created' as const,
      })),
      ...existing.map((one) => ({ registrationId: one.existingId ?? '', tenantId: one.pair.tenantId, outcome: 'existing' as const })),
    ];
    await insertBatch(tx, { id, wanted, planHash: plan.planHash, leftOut: plan.leftOut }, items, now);
    const subject = { type: 'batch', id } as const;
    const counts = { created: created.length, existing: existing.length, left_out: plan.leftOut.length };
    this.records.audit.append(tx, { action: 'batch.create', subject, detail: { application_id: wanted.applicationId, ...counts } });
    this.records.events.append(tx, { type: 'batch.created', subject, data: counts });
    this.doorbell.ringAfter(tx);
    return this.#find(tx, id);
  }

  async #find(tx: Transaction, id: string): Promise<Batch> {
    const batch = await findBatch(tx, id);
    if (!batch) throw batchProblem('batches.not_found');
    return batch;
  }
}
