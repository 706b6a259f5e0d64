import type { Transaction } from '@registrar/database';
import type { Records } from './create-registrations.js';
import { transition, type MovingEvent, type RegistrationAction } from './lifecycle.js';
import { registrationProblem } from './registrations.problems.js';

/**
 * Applies a person's event to one registration, with audit and outgoing event.
 * @throws Problem registrations.not_possible_now where the status does not allow it any more.
 */
export async function moveRegistration(
  tx: Transaction,
  id: string,
  tenantId: string,
  event: MovingEvent,
  records: Records,
  now: Date,
  action?: RegistrationAction,
): Promise<void> {
  const { from, to } = transition(event);
  const moved = await tx.query(
    `UPDATE registrations SET status = $2, action = $3, problem = NULL, version = version + 1, updated_at = $4 WHERE id = $1 AND status = ANY ($5::text[]) RETURNING id`,
    [id, to, action ?? null, now, from],
  );
  if (moved.length === 0) throw registrationProblem('registrations.not_possible_now');
  const subject = { type: 'registration', id } as const;
  records.audit.append(tx, { action: `registration.${event}`, subject, tenantId });
  records.events.append(tx, { type: `registration.${to}`, subject, tenantId });
}
