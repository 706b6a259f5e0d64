import type { Clock } from '@registrar/clock';
import { publicId, type Database, type Transaction, type UnitOfWork } from '@registrar/database';
import type { Records } from './create-registrations.js';
import { cancelOperations, leave } from './deregistrations.repository.js';
import type { Doorbell } from './doorbell.js';
import { allows } from './lifecycle.js';
import { OPEN_OPERATIONS } from './operation-status.js';
import type { RegistrationView } from './registration-view.js';
import { registrationProblem } from './registrations.problems.js';
import { findRegistrations } from './registrations.repository.js';
import { beginOperations } from './start-operation.js';

/**
 * Ends registrations: at the EHR, then here. From the commit on nothing is begun for them any more, and nothing of them is
 * handed out; what is being sent this moment is waited for, and what it brings is deleted too (A22).
 */
export class Deregistrations {
  constructor(
    private readonly database: Database,
    private readonly records: Records,
    private readonly clock: Clock,
    private readonly doorbell: Doorbell,
  ) {}

  /** @throws Problem registrations.not_found | registrations.operation_running (with operation_id) | registrations.not_possible_now */
  deregister(scope: UnitOfWork, id: string): Promise<RegistrationView> {
    return this.database.transaction(scope, async (tx) => {
      const { status, operation } = await viewOf(tx, id);
      if (status === 'deregistering' && operation && OPEN_OPERATIONS.includes(operation.status))
        throw registrationProblem('registrations.operation_running', { extra: { operation_id: publicId('op', operation.id) } });
      if (!allows('deregister', status) || (await this.begin(tx, [id])) === 0)
        throw registrationProblem('registrations.not_possible_now', { detail: `The registration is ${status}.` });
      return viewOf(tx, id);
    });
  }

  /** Begins it for many, in the caller's transaction. @returns for how many; those that are leaving or gone are passed over. */
  async begin(tx: Transaction, ids: readonly string[]): Promise<number> {
    const now = this.clock.now();
    const leaving = await leave(tx, ids, now);
    if (leaving.length === 0) return 0;
    const left = leaving.map((one) => one.id);
    await cancelOperations(tx, left, now);
    await beginOperations(
      tx,
      leaving.map(({ id, credentialFailed }) => ({
        registrationId: id,
        kind: 'deregister' as const,
        ...(credentialFailed ? { input: { credential_failed: true } } : {}),
      })),
      now,
    );
    for (const { id, tenantId } of leaving) {
      const subject = { type: 'registration', id } as const;
      this.records.audit.append(tx, { action: 'registration.deregister', subject, tenantId });
      this.records.events.append(tx, { type: 'registration.deregistering', subject, tenantId });
    }
    this.doorbell.ringAfter(tx);
    return leaving.length;
  }
}

async function viewOf(tx: Transaction, id: string): Promise<RegistrationView> {
  const [view] = await findRegistrations(tx, { ids: [id] }, 1);
  if (!view) throw registrationProblem('registrations.not_found');
  return view;
}
