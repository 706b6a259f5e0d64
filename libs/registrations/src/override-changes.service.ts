import type { Clock } from '@registrar/clock';
import type { Database, Transaction, UnitOfWork } from '@registrar/database';
import type { ClientMetadata } from '@registrar/dcr';
import { problemDocument } from '@registrar/problem';
import type { Approver, Decided } from './approver.js';
import type { Records } from './create-registrations.js';
import type { Doorbell } from './doorbell.js';
import { checkOverride } from './override-metadata.js';
import type { PlanAccess } from './plan.js';
import { cancelProposed, proposedOperation, proposeOperation, releaseOperation } from './proposed-operation.js';
import type { RegistrationView } from './registration-view.js';
import { updateProblem } from './updates.problems.js';
import { registrationProblem } from './registrations.problems.js';
import { findRegistrations } from './registrations.repository.js';
import { beginOperation } from './start-operation.js';
import { planUpdates, type PlannedUpdate } from './update-plan.js';

/** What changes that may need somebody else's yes stand on. */
export interface OverrideChangesParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly records: Records;
  readonly access: PlanAccess;
  readonly approver: Approver;
  readonly doorbell: Doorbell;
}

/** New overrides of a registration that has a client: an update, which waits for somebody else's yes where it widens (J-07). */
export class OverrideChanges {
  constructor(private readonly parts: OverrideChangesParts) {}

  /**
   * Replaces the registration's own overrides and begins the update that brings them to the EHR; where they are the same, nothing
   * happens. What waited for a yes before gives way to it.
   * @throws Problem registrations.not_found | registrations.stale | registrations.not_possible_now | registrations.metadata_refused |
   * registrations.metadata_malformed | registrations.auth_method_fixed | registrations.operation_running
   */
  change(scope: UnitOfWork, id: string, written: unknown, ifVersion?: number): Promise<RegistrationView> {
    const clientMetadata = checkOverride(written);
    const { approver, database, clock } = this.parts;
    return database.transaction(scope, async (tx) => {
      await tx.query('SELECT 1 FROM registrations WHERE workspace_id = $1 AND id = $2 FOR UPDATE', [scope.workspaceId, id]);
      const view = await viewOf(tx, id);
      if (ifVersion !== undefined && ifVersion !== view.version) throw registrationProblem('registrations.stale');
      const update = await this.#plan(tx, view, clientMetadata);
      const before = await proposed(tx, id);
      if (before) {
        await approver.withdraw(tx, before.input.approval_id, 'Other overrides have been asked for since.');
        await cancelProposed(tx, before, clock.now());
      }
      if (update.escalations.length > 0) await this.#propose(tx, view, clientMetadata, update);
      else if (update.changes.length > 0) {
        // The registration's own are replaced when the EHR has taken them.
        const input = { revision: view.revision, clientMetadata };
        await beginOperation(tx, { registrationId: id, kind: 'update', input }, clock.now());
        this.#record(tx, view, clientMetadata);
      } else await this.#replace(tx, view, clientMetadata);
      return viewOf(tx, id);
    });
  }

  /** Begins what was approved, where it is still that document. For the approvals' continuation. */
  async approved(tx: Transaction, approval: Decided): Promise<void> {
    const waiting = await proposed(tx, approval.subject.id);
    if (waiting?.input.approval_id !== approval.id) throw registrationProblem('registrations.not_possible_now');
    const { clientMetadata } = waiting.input;
    const view = await viewOf(tx, waiting.registrationId);
    const update = await this.#plan(tx, view, clientMetadata);
    await this.parts.approver.consume(tx, approval.id, update.documentHash);
    this.#record(tx, view, clientMetadata);
    await releaseOperation(tx, waiting, this.parts.clock.now());
  }

  /** Nobody said yes to it. For the approvals' continuation. */
  async notApproved(tx: Transaction, approval: Decided): Promise<void> {
    const waiting = await proposed(tx, approval.subject.id);
    if (waiting?.input.approval_id === approval.id) await cancelProposed(tx, waiting, this.parts.clock.now());
  }

  async #plan(tx: Transaction, view: RegistrationView, clientMetadata: ClientMetadata): Promise<PlannedUpdate> {
    const { applicationId, revision } = view;
    const detail = `The registration is ${view.status}.`;
    if (view.status !== 'active') throw registrationProblem('registrations.not_possible_now', { detail });
    const [update] = await planUpdates(tx, { applicationId, revision, registrationIds: [view.id], clientMetadata }, this.parts.access);
    if (!update) throw registrationProblem('registrations.not_possible_now', { detail: 'Its EHR cannot be reached for an update.' });
    // Before anybody is asked for a yes.
    if (update.methodFixed) throw updateProblem('registrations.auth_method_fixed');
    const refused = update.findings.some((finding) => finding.severity === 'error');
    if (refused) throw registrationProblem('registrations.metadata_refused', { extra: { findings: update.findings } });
    return update;
  }

  async #propose(tx: Transaction, view: RegistrationView, clientMetadata: ClientMetadata, update: PlannedUpdate): Promise<void> {
    const { id: registrationId, tenantId, applicationId, environment, revision } = view;
    const approval = await this.parts.approver.request(tx, {
      kind: 'update',
      subject: { type: 'registration', id: registrationId },
      documentsHash: update.documentHash,
      summary: update.escalations,
      applicationId,
      tenantId,
      environment,
    });
    const input = { approval_id: approval.id, revision, clientMetadata };
    const problem = problemDocument(registrationProblem('registrations.approval_pending', { detail: update.escalations.join('; ') }));
    await proposeOperation(tx, { registrationId, tenantId, kind: 'update', input }, problem, this.parts.clock.now());
  }

  async #replace(tx: Transaction, view: RegistrationView, clientMetadata: ClientMetadata): Promise<void> {
    await tx.query(
      'UPDATE registrations SET client_metadata = $3::jsonb, version = version + 1, updated_at = $4 WHERE workspace_id = $1 AND id = $2',
      [tx.scope.workspaceId, view.id, JSON.stringify(clientMetadata), this.parts.clock.now()],
    );
    this.#record(tx, view, clientMetadata);
  }

  #record(tx: Transaction, view: RegistrationView, clientMetadata: ClientMetadata): void {
    const subject = { type: 'registration', id: view.id } as const;
    const detail = { members: Object.keys(clientMetadata) };
    this.parts.records.audit.append(tx, { action: 'registration.update', subject, tenantId: view.tenantId, detail });
    this.parts.records.events.append(tx, { type: 'registration.updated', subject, tenantId: view.tenantId });
    this.parts.doorbell.ringAfter(tx);
  }
}

function proposed(tx: Transaction, registrationId: string) {
  return proposedOperation<{ readonly clientMetadata: ClientMetadata }>(tx, registrationId, ['update']);
}

async function viewOf(tx: Transaction, id: string): Promise<RegistrationView> {
  const [view] = await findRegistrations(tx, { ids: [id] }, 1);
  if (!view) throw registrationProblem('registrations.not_found');
  return view;
}
