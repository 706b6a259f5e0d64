import { publicId, type Transaction, type UnitOfWork } from '@registrar/database';
import { problemDocument } from '@registrar/problem';
import type { Decided } from './approver.js';
import { moveRegistration } from './move-registration.js';
import { useNewestRevision } from './newest-revision.js';
import type { OverrideChangesParts } from './override-changes.service.js';
import { cancelProposed, proposedOperation, proposeOperation, releaseOperation } from './proposed-operation.js';
import type { RegistrationView } from './registration-view.js';
import { registrationProblem } from './registrations.problems.js';
import { findRegistrations } from './registrations.repository.js';
import { planReplacement, type PlannedReplacement } from './replacement-plan.js';
import { letGoOfClient } from './reregister.js';
import { beginOperation } from './start-operation.js';

export interface ReplacementWanted {
  /** Why, and who at the hospital said so; kept in the audit log. */
  readonly reason: string;
  /** The client id changes, which ends what users have agreed to. */
  readonly acceptNewClientId?: boolean;
}

type Input = { readonly because: string };
type Seen = RegistrationView & { readonly previousClientId: string | null };

/**
 * Another client in the place of one that cannot be managed any more, is gone, or is dead. One that works is replaced as by a
 * swap (H-05): registered, proven, promoted, and the old one is left for the EHR's administrator, with all that it takes to find it.
 */
export class Replacements {
  constructor(private readonly parts: OverrideChangesParts) {}

  /**
   * Begins it, or asks for the approval that it has to wait for: in production, where the hospital removed the client, and where the
   * new one would be given more (issue 3, 8; J-07).
   * @throws Problem registrations.not_found | registrations.operation_running and what planReplacement throws
   */
  replace(scope: UnitOfWork, id: string, wanted: ReplacementWanted): Promise<RegistrationView> {
    const { approver, clock, database, access } = this.parts;
    return database.transaction(scope, async (tx) => {
      const view = await lockView(tx, id);
      const planned = await planReplacement(tx, view, wanted.acceptNewClientId ?? false, access);
      const before = await waiting(tx, id);
      if (before) {
        await approver.withdraw(tx, before.input.approval_id, 'It has been asked for again since.');
        await cancelProposed(tx, before, clock.now());
      }
      if (planned.because.length > 0) await this.#propose(tx, view, planned, wanted);
      else await this.#begin(tx, view, planned, wanted.reason);
      return lockView(tx, id);
    });
  }

  /** Begins what was approved, where it is still that client and that document. For the approvals' continuation. */
  async approved(tx: Transaction, approval: Decided): Promise<void> {
    const proposed = await waiting(tx, approval.subject.id);
    if (proposed?.input.approval_id !== approval.id) throw registrationProblem('registrations.not_possible_now');
    const view = await lockView(tx, proposed.registrationId);
    const planned = await planReplacement(tx, view, true, this.parts.access);
    await this.parts.approver.consume(tx, approval.id, planned.documentsHash);
    const now = this.parts.clock.now();
    if (planned.kind === 'register') await this.#letGo(tx, view, proposed.input.because, now);
    await releaseOperation(tx, proposed, now);
    this.#record(tx, view, proposed.input.because, proposed.id);
  }

  /** Nobody said yes to it. For the approvals' continuation. */
  async notApproved(tx: Transaction, approval: Decided): Promise<void> {
    const proposed = await waiting(tx, approval.subject.id);
    if (proposed?.input.approval_id === approval.id) await cancelProposed(tx, proposed, this.parts.clock.now());
  }

  async #propose(tx: Transaction, view: RegistrationView, planned: PlannedReplacement, wanted: ReplacementWanted): Promise<void> {
    const { id: registrationId, tenantId, applicationId, environment } = view;
    const { because, documentsHash, kind } = planned;
    const approval = await this.parts.approver.request(tx, {
      kind: 'reregistration',
      subject: { type: 'registration', id: registrationId },
      documentsHash,
      summary: because,
      reason: wanted.reason,
      applicationId,
      tenantId,
      environment,
    });
    const input = { ...inputOf(kind, wanted.reason), approval_id: approval.id };
    const problem = registrationProblem('registrations.approval_pending', {
      detail: because.join('; '),
      extra: { approval_id: publicId('apr', approval.id) },
    });
    await proposeOperation(tx, { registrationId, tenantId, kind, input }, problemDocument(problem), this.parts.clock.now());
  }

  async #begin(tx: Transaction, view: RegistrationView, { kind }: PlannedReplacement, reason: string): Promise<void> {
    const now = this.parts.clock.now();
    if (kind === 'register') await this.#letGo(tx, view, reason, now);
    const operationId = await beginOperation(tx, { registrationId: view.id, kind, input: inputOf(kind, reason) }, now);
    this.#record(tx, view, reason, operationId);
  }

  async #letGo(tx: Transaction, view: RegistrationView, reason: string, now: Date): Promise<void> {
    const { records } = this.parts;
    await letGoOfClient(tx, view, { confirm: true, reason }, records, now);
    await useNewestRevision(tx, view.id);
    await moveRegistration(tx, view.id, view.tenantId, 'ask_again', records, now);
  }

  #record(tx: Transaction, { id, tenantId, clientId, status }: RegistrationView, reason: string, operationId: string): void {
    const { records, doorbell } = this.parts;
    const detail = { reason, client_id: clientId, was: status, operation_id: operationId };
    records.audit.append(tx, { action: 'registration.replace', subject: { type: 'registration', id }, tenantId, detail });
    doorbell.ringAfter(tx);
  }
}

/** Of a client that works: a rotation that changes the client, whose caller has taken it that the id changes. */
function inputOf(kind: PlannedReplacement['kind'], because: string): Input & Readonly<Record<string, unknown>> {
  return kind === 'register' ? { because } : { phase: 'replace', reason: 'scheduled', accept_new_client_id: true, because };
}

function waiting(tx: Transaction, registrationId: string) {
  return proposedOperation<Input>(tx, registrationId, ['rotate', 'register']);
}

async function lockView(tx: Transaction, id: string): Promise<Seen> {
  const [row] = await tx.query<{ previous: string | null }>(
    'SELECT previous_client_id AS previous FROM registrations WHERE workspace_id = $1 AND id = $2 FOR UPDATE',
    [tx.scope.workspaceId, id],
  );
  const [view] = await findRegistrations(tx, { ids: [id] }, 1);
  if (!view || !row) throw registrationProblem('registrations.not_found');
  return { ...view, previousClientId: row.previous };
}
