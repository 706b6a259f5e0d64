import type { Clock } from '@registrar/clock';
import { pageOf, type Database, type Page, type PageRequest, type Transaction, type UnitOfWork } from '@registrar/database';
import type { DueItems } from '@registrar/registrations';
import { newId } from '@registrar/vault';
import type { Approval, ApprovalKind, NewApproval } from './approval.js';
import type { ApprovalRow } from './approval.entity.js';
import { approvalProblem } from './approvals.problems.js';
import type { ApprovalRecords } from './approvals.records.js';
import { approvalRows, type ApprovalFilter } from './approvals.repository.js';

const A_WEEK_MS = 7 * 24 * 3_600_000;

/** What goes on with an approval's decision, in the decision's own transaction: what it throws takes the decision back. */
export type Continuation = (tx: Transaction, approval: Approval) => Promise<void>;

/** Yes or no by somebody other than the one who asked, bound to the exact documents, good for one time (J-07). */
export class Approvals {
  readonly #approved = new Map<ApprovalKind, Continuation>();
  readonly #ended = new Map<ApprovalKind, Continuation>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly records: ApprovalRecords,
    private readonly due: DueItems,
  ) {}

  /** Says how things of this kind go on once they are approved. Without one they wait for whoever comes back for them. */
  onApproved(kind: ApprovalKind, go: Continuation): void {
    this.#approved.set(kind, go);
  }

  /** Says what becomes of things of this kind that were rejected, or that nobody decided on or came back for in time. */
  onEnded(kind: ApprovalKind, go: Continuation): void {
    this.#ended.set(kind, go);
  }

  /** @throws Problem approvals.not_found */
  get(scope: UnitOfWork, id: string): Promise<Approval> {
    return this.database.transaction(scope, async (tx) => present(found(await approvalRows.find(tx, id, this.clock.now()))));
  }

  list(scope: UnitOfWork, filter: ApprovalFilter, request: PageRequest): Promise<Page<Approval>> {
    return this.database.transaction(scope, async (tx) =>
      pageOf(await approvalRows.page(tx, filter, request, this.clock.now()), request, present),
    );
  }

  /**
   * Says yes, and goes on with what was asked for in the same transaction.
   * @throws Problem approvals.not_found | approvals.own_request | approvals.decided_already | approvals.expired | approvals.documents_changed
   */
  approve(scope: UnitOfWork, id: string, reason?: string): Promise<Approval> {
    return this.#decide(scope, id, 'approved', reason);
  }

  /** Says no. @throws Problem approvals.not_found | approvals.own_request | approvals.decided_already | approvals.expired */
  reject(scope: UnitOfWork, id: string, reason?: string): Promise<Approval> {
    return this.#decide(scope, id, 'rejected', reason);
  }

  /** Asks for a yes, in the name of the transaction's actor; who asks writes in the same transaction what waits for it. */
  async request(tx: Transaction, wanted: NewApproval): Promise<Approval> {
    const now = this.clock.now();
    const row: ApprovalRow = {
      workspaceId: tx.scope.workspaceId,
      id: newId(),
      tenantId: wanted.tenantId ?? null,
      applicationId: wanted.applicationId ?? null,
      environment: wanted.environment ?? null,
      kind: wanted.kind,
      subjectType: wanted.subject.type,
      subjectId: wanted.subject.id,
      status: 'open',
      documentsHash: wanted.documentsHash,
      summary: [...wanted.summary],
      reason: wanted.reason ?? null,
      requestedBy: tx.scope.actor,
      decidedBy: null,
      decidedAt: null,
      decisionReason: null,
      usedAt: null,
      expiresAt: new Date(now.getTime() + (wanted.expiresInMs ?? A_WEEK_MS)),
      createdAt: now,
    };
    await approvalRows.insert(tx, row);
    await this.due.set(tx, row.id, { at: row.expiresAt });
    this.records.write(tx, 'request', present(row));
    return present(row);
  }

  /**
   * Uses an approval, once, for exactly these documents.
   * @throws Problem approvals.not_found | approvals.not_approved | approvals.expired | approvals.used_already | approvals.documents_changed
   */
  async consume(tx: Transaction, id: string, documentsHash: string): Promise<Approval> {
    const now = this.clock.now();
    const row = found(await approvalRows.lock(tx, id, now));
    if (row.status === 'used') throw approvalProblem('approvals.used_already');
    if (row.status === 'expired') throw approvalProblem('approvals.expired');
    if (row.status !== 'approved') throw approvalProblem('approvals.not_approved');
    if (row.documentsHash !== documentsHash) throw approvalProblem('approvals.documents_changed');
    return this.#write(tx, 'use', { ...row, status: 'used', usedAt: now });
  }

  /**
   * Uses an approval for exactly these documents, as often as it is wanted until it expires; the first time is written down here.
   * @throws Problem what `consume` throws, but for approvals.used_already
   */
  async useUntilExpiry(tx: Transaction, id: string, documentsHash: string): Promise<Approval> {
    const now = this.clock.now();
    const row = found(await approvalRows.lock(tx, id, now));
    if (row.status !== 'used') return this.consume(tx, id, documentsHash);
    if (row.expiresAt <= now) throw approvalProblem('approvals.expired');
    if (row.documentsHash !== documentsHash) throw approvalProblem('approvals.documents_changed');
    return present(row);
  }

  /** Takes a request back that nobody has used: what it was for is no longer wanted. Nothing happens to one that has ended. */
  async withdraw(tx: Transaction, id: string, why: string): Promise<void> {
    const row = await approvalRows.lock(tx, id, this.clock.now());
    if (row?.status !== 'open' && row?.status !== 'approved') return;
    await this.#write(tx, 'expire', { ...row, status: 'expired', decisionReason: why });
  }

  /**
   * Writes down what has expired, and lets what waited for it end. For the worker's sweep; whoever reads an approval sees that it
   * has expired without this. @param complain told what went wrong with one.
   */
  expireDue(complain: (approvalId: string, error: unknown) => void): Promise<void> {
    return this.due.lookAtDue(this.clock.now(), (tx, id) => this.#expire(tx, id), complain);
  }

  async #expire(tx: Transaction, id: string): Promise<void> {
    const row = await approvalRows.lock(tx, id, this.clock.now());
    if (row?.status !== 'expired') return this.due.clear(tx, id);
    await this.#ended.get(row.kind)?.(tx, await this.#write(tx, 'expire', row));
  }

  #decide(scope: UnitOfWork, id: string, decision: 'approved' | 'rejected', reason?: string): Promise<Approval> {
    return this.database.transaction(scope, async (tx) => {
      const now = this.clock.now();
      const row = found(await approvalRows.lock(tx, id, now));
      if (row.requestedBy.type === scope.actor.type && row.requestedBy.id === scope.actor.id)
        throw approvalProblem('approvals.own_request');
      if (row.status === 'expired') throw approvalProblem('approvals.expired');
      if (row.status !== 'open') throw approvalProblem('approvals.decided_already');
      const decided = { ...row, status: decision, decidedBy: scope.actor, decidedAt: now, decisionReason: reason ?? null };
      const approval = await this.#write(tx, decision === 'approved' ? 'approve' : 'reject', decided);
      const go = (decision === 'approved' ? this.#approved : this.#ended).get(row.kind);
      if (!go) return approval;
      await go(tx, approval);
      return present(found(await approvalRows.find(tx, id, now)));
    });
  }

  async #write(tx: Transaction, step: 'approve' | 'reject' | 'expire' | 'use', row: ApprovalRow): Promise<Approval> {
    await approvalRows.update(tx, row);
    if (row.status !== 'approved') await this.due.clear(tx, row.id);
    const approval = present(row);
    this.records.write(tx, step, approval);
    return approval;
  }
}

function found(row: ApprovalRow | undefined): ApprovalRow {
  if (!row) throw approvalProblem('approvals.not_found');
  return row;
}

function present(row: ApprovalRow): Approval {
  const { id, kind, tenantId, status, documentsHash, summary, reason, requestedBy } = row;
  const { decidedBy, decidedAt, decisionReason, usedAt, expiresAt, createdAt, subjectType, subjectId } = row;
  const subject = { type: subjectType, id: subjectId };
  const asked = { id, kind, subject, tenantId, status, documentsHash, summary, reason, requestedBy };
  return { ...asked, decidedBy, decidedAt, decisionReason, usedAt, expiresAt, createdAt };
}
