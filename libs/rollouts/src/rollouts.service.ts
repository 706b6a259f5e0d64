import type { Clock } from '@registrar/clock';
import { pageOf, publicId, type Database, type Page, type PageRequest, type Transaction, type UnitOfWork } from '@registrar/database';
import type { Approver, Decided, DueItems, PlanAccess } from '@registrar/registrations';
import { newId } from '@registrar/vault';
import { present, presentItem, standingOf } from './present.js';
import { planRollout, summaryOf } from './rollout-plan.js';
import type { RolloutRow } from './rollout.entity.js';
import type { Rollout, RolloutPlan, RolloutProblem, RolloutStatus, RolloutWanted, RolloutWithItems } from './rollout.js';
import { rolloutProblem } from './rollouts.problems.js';
import type { RolloutRecords, RolloutStep } from './rollouts.records.js';
import { rolloutRows } from './rollouts.repository.js';

/** What roll-outs stand on. */
export interface RolloutParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly records: RolloutRecords;
  readonly approver: Approver;
  readonly access: PlanAccess;
  readonly due: DueItems;
}

/** Brings an application's registrations to its newest revision. Nothing here runs: what is due is looked at by `RolloutRunner`. */
export class Rollouts {
  constructor(private readonly parts: RolloutParts) {}

  /** What a roll-out would do; nothing is written. @throws Problem rollouts.application_not_found | rollouts.bound_key | rollouts.canary_not_in_plan */
  async plan(scope: UnitOfWork, applicationId: string, wanted: RolloutWanted): Promise<RolloutPlan> {
    refuseBound(scope);
    return this.parts.database.transaction(scope, (tx) => this.#plan(tx, applicationId, wanted));
  }

  /**
   * Begins a roll-out, or asks for the approval that it has to wait for (J-07). It takes the place of one that stands still.
   * @throws Problem rollouts.running_already (with existing_id) | rollouts.nothing_to_do | rollouts.plan_changed, and what `plan` throws
   */
  async create(scope: UnitOfWork, applicationId: string, wanted: RolloutWanted): Promise<RolloutWithItems> {
    refuseBound(scope);
    const { approver, clock, database, due } = this.parts;
    return database.transaction(scope, async (tx) => {
      const open = await rolloutRows.lockOpen(tx, applicationId);
      const plan = await this.#plan(tx, applicationId, wanted);
      if (open?.status === 'running')
        throw rolloutProblem('rollouts.running_already', { extra: { existing_id: publicId('rol', open.id) } });
      if (wanted.planHash !== undefined && wanted.planHash !== plan.planHash) throw rolloutProblem('rollouts.plan_changed');
      if (plan.items.length === 0) throw rolloutProblem('rollouts.nothing_to_do');
      if (open) await this.#supersede(tx, open);
      const row = newRow(tx, plan, wanted, clock.now());
      if (plan.needsApproval) {
        const approval = await approver.request(tx, {
          kind: 'rollout',
          subject: { type: 'rollout', id: row.id },
          documentsHash: plan.planHash,
          summary: summaryOf(plan.items),
          applicationId,
          ...(wanted.reason === undefined ? {} : { reason: wanted.reason }),
          ...(scope.environment === undefined ? {} : { environment: scope.environment }),
        });
        row.approvalId = approval.id;
      } else await due.set(tx, row.id, { inMs: 0 });
      await rolloutRows.insert(tx, row, plan.items);
      this.parts.records.write(tx, 'create', present(row), { registrations: plan.items.length });
      return this.#shown(tx, row);
    });
  }

  /** @throws Problem rollouts.not_found */
  get(scope: UnitOfWork, id: string): Promise<RolloutWithItems> {
    return this.parts.database.transaction(scope, async (tx) => this.#shown(tx, found(await rolloutRows.find(tx, id))));
  }

  list(scope: UnitOfWork, applicationId: string | undefined, request: PageRequest): Promise<Page<Rollout>> {
    return this.parts.database.transaction(scope, async (tx) =>
      pageOf(await rolloutRows.page(tx, applicationId, request), request, present),
    );
  }

  /** Begins nothing more; what is under way ends by itself. @throws Problem rollouts.not_found | rollouts.not_possible_now */
  pause(scope: UnitOfWork, id: string): Promise<RolloutWithItems> {
    return this.#change(scope, id, ['running'], async (tx, row) => {
      await this.parts.due.clear(tx, row.id);
      await this.#write(tx, { ...row, status: 'paused' }, 'pause');
    });
  }

  /**
   * Goes on where it was paused or halted. What failed is tried again, once; an outcome that is unknown is left to whoever
   * resolves it. @throws Problem rollouts.not_found | rollouts.not_possible_now
   */
  resume(scope: UnitOfWork, id: string): Promise<RolloutWithItems> {
    return this.#change(scope, id, ['paused', 'halted'], async (tx, row) => {
      const failed = (await rolloutRows.items(tx, row.id)).filter((item) => standingOf(item) === 'failed');
      const again = failed.filter((item) => item.operationStatus !== 'outcome_unknown');
      await rolloutRows.settle(
        tx,
        row.id,
        again.map(({ registrationId }) => ({ registrationId, state: 'pending' as const, operationId: null })),
      );
      await this.parts.due.set(tx, row.id, { inMs: 0 });
      await this.#write(tx, { ...row, status: 'running', problem: null, forgiven: failed.length - again.length }, 'resume');
    });
  }

  /** Goes on with what was approved, where its documents are still those. For the approvals' continuation. */
  async approved(tx: Transaction, approval: Decided): Promise<void> {
    const row = found(await rolloutRows.lock(tx, approval.subject.id));
    if (row.status !== 'awaiting_approval') throw rolloutProblem('rollouts.not_possible_now');
    const { planHash } = await planRollout(
      tx,
      { applicationId: row.applicationId, environment: row.environment ?? undefined },
      { replace: (await rolloutRows.items(tx, row.id)).some(({ way }) => way === 'reregistration') },
      this.parts.access,
    );
    await this.parts.approver.consume(tx, approval.id, planHash);
    await this.parts.due.set(tx, row.id, { inMs: 0 });
    await this.#write(tx, { ...row, status: 'running' }, 'start');
  }

  /** Nobody approved it. For the approvals' continuation. */
  async notApproved(tx: Transaction, approval: Decided): Promise<void> {
    const row = await rolloutRows.lock(tx, approval.subject.id);
    if (row?.status !== 'awaiting_approval') return;
    const rejected = approval.status === 'rejected';
    const problem: RolloutProblem = rejected
      ? { code: 'approval_rejected', detail: 'Whoever was asked for the approval said no.' }
      : { code: 'approval_expired', detail: 'Nobody decided on the approval in time.' };
    await this.#write(tx, { ...row, status: 'cancelled', problem, finishedAt: this.parts.clock.now() }, 'cancel');
  }

  #plan(tx: Transaction, applicationId: string, wanted: RolloutWanted): Promise<RolloutPlan> {
    return planRollout(tx, { applicationId, environment: tx.scope.environment }, wanted, this.parts.access);
  }

  async #change(
    scope: UnitOfWork,
    id: string,
    from: readonly RolloutStatus[],
    change: (tx: Transaction, row: RolloutRow) => Promise<void>,
  ): Promise<RolloutWithItems> {
    refuseBound(scope);
    return this.parts.database.transaction(scope, async (tx) => {
      const row = found(await rolloutRows.lock(tx, id));
      if (!from.includes(row.status)) throw rolloutProblem('rollouts.not_possible_now', { detail: `The roll-out is ${row.status}.` });
      await change(tx, row);
      return this.#shown(tx, found(await rolloutRows.find(tx, id)));
    });
  }

  async #supersede(tx: Transaction, row: RolloutRow): Promise<void> {
    const { approver, clock, due } = this.parts;
    if (row.status === 'awaiting_approval' && row.approvalId !== null)
      await approver.withdraw(tx, row.approvalId, 'A newer roll-out has taken its place.');
    await due.clear(tx, row.id);
    await this.#write(tx, { ...row, status: 'superseded', finishedAt: clock.now() }, 'supersede');
  }

  async #write(tx: Transaction, row: RolloutRow, step: RolloutStep): Promise<void> {
    const written = { ...row, updatedAt: this.parts.clock.now() };
    await rolloutRows.update(tx, written);
    this.parts.records.write(tx, step, present(written));
  }

  async #shown(tx: Transaction, row: RolloutRow): Promise<RolloutWithItems> {
    return { ...present(row), items: (await rolloutRows.items(tx, row.id)).map(presentItem) };
  }
}

function newRow(tx: Transaction, plan: RolloutPlan, wanted: RolloutWanted, now: Date): RolloutRow {
  return {
    workspaceId: tx.scope.workspaceId,
    id: newId(),
    applicationId: plan.applicationId,
    revision: plan.revision,
    environment: tx.scope.environment ?? null,
    status: plan.needsApproval ? 'awaiting_approval' : 'running',
    stage: 'canary',
    failureLimit: plan.failureLimit,
    atOnce: plan.atOnce,
    forgiven: 0,
    reason: wanted.reason ?? null,
    problem: null,
    planHash: plan.planHash,
    approvalId: null,
    requestedBy: tx.scope.actor,
    createdAt: now,
    updatedAt: now,
    finishedAt: null,
  };
}

// What is rolled out goes to every hospital; a key of some of them would plan for a part and approve of another.
function refuseBound(scope: UnitOfWork): void {
  if (scope.tenantIds !== undefined) throw rolloutProblem('rollouts.bound_key');
}

function found(row: RolloutRow | undefined): RolloutRow {
  if (!row) throw rolloutProblem('rollouts.not_found');
  return row;
}
