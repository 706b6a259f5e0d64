import type { Clock } from '@registrar/clock';
import type { Database, Transaction, UnitOfWork } from '@registrar/database';
import type { Records } from './create-registrations.js';
import type { Doorbell } from './doorbell.js';
import { allows, resumption } from './lifecycle.js';
import type { RegistrationView } from './registration-view.js';
import { registrationProblem } from './registrations.problems.js';
import { findRegistrations } from './registrations.repository.js';
import { resumeRegistration, ringSuspended, suspendRegistration, type SuspendedWhat } from './suspensions.repository.js';

/**
 * Stops a registration and takes it up again where it was. From the commit on, no process hands out a token, an assertion
 * or a secret of it, and nothing is sent to its EHR; of a call that is under way, the answer is kept.
 */
export class Suspensions {
  constructor(
    private readonly database: Database,
    private readonly records: Records,
    private readonly clock: Clock,
    private readonly doorbell: Doorbell,
  ) {}

  /** @throws Problem registrations.not_found | registrations.not_possible_now */
  suspend(scope: UnitOfWork, id: string, reason?: string): Promise<RegistrationView> {
    return this.database.transaction(scope, async (tx) => {
      const { tenantId } = await viewOf(tx, id);
      const from = await suspendRegistration(tx, id, this.clock.now());
      if (from === undefined) throw registrationProblem('registrations.not_possible_now');
      this.#remember(tx, { id, tenantId, event: 'suspend', status: 'suspended' }, { from, ...(reason === undefined ? {} : { reason }) });
      return viewOf(tx, id);
    });
  }

  /** Back to the status, the action and the problem that it had; what was under way goes on. @throws Problem registrations.not_found | registrations.not_possible_now */
  resume(scope: UnitOfWork, id: string, reason?: string): Promise<RegistrationView> {
    return this.database.transaction(scope, async (tx) => {
      const { tenantId, status } = await viewOf(tx, id);
      if (!allows('resume', status))
        throw registrationProblem('registrations.not_possible_now', { detail: `The registration is ${status}.` });
      const back = await resumeRegistration(tx, id, this.clock.now());
      const edge = back === undefined ? undefined : resumption(back);
      if (!edge) throw registrationProblem('registrations.not_possible_now');
      this.#remember(tx, { id, tenantId, event: 'resume', status: edge.to }, reason === undefined ? {} : { reason });
      await this.ringFor(tx, { registrationId: id });
      return viewOf(tx, id);
    });
  }

  /** Makes due what was put aside under this hospital, EHR or application; called where it is resumed. */
  async ringFor(tx: Transaction, what: SuspendedWhat): Promise<void> {
    await ringSuspended(tx, what);
    this.doorbell.ringAfter(tx);
  }

  #remember(
    tx: Transaction,
    moved: Pick<RegistrationView, 'id' | 'tenantId' | 'status'> & { readonly event: 'suspend' | 'resume' },
    detail: Readonly<Record<string, unknown>>,
  ): void {
    const subject = { type: 'registration', id: moved.id } as const;
    this.records.audit.append(tx, { action: `registration.${moved.event}`, subject, tenantId: moved.tenantId, detail });
    this.records.events.append(tx, { type: `registration.${moved.status}`, subject, tenantId: moved.tenantId });
  }
}

async function viewOf(tx: Transaction, id: string): Promise<RegistrationView> {
  const [view] = await findRegistrations(tx, { ids: [id] }, 1);
  if (!view) throw registrationProblem('registrations.not_found');
  return view;
}
