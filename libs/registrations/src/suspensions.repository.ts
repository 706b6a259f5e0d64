import type { Transaction } from '@registrar/database';
import { transition, type RegistrationStatus } from './lifecycle.js';

/** What was suspended and is resumed. */
export type SuspendedWhat =
  { readonly registrationId: string } | { readonly tenantId: string } | { readonly ehrId: string } | { readonly applicationId: string };

/** Remembers where it was; the problem stays readable. @returns where that is, or undefined where it cannot be suspended. */
export async function suspendRegistration(tx: Transaction, id: string, now: Date): Promise<RegistrationStatus | undefined> {
  const { from, to } = transition('suspend');
  const [row] = await tx.query<{ from: RegistrationStatus }>(
    `UPDATE registrations SET suspended_from = status, suspended_action = action, status = $2, action = NULL, version = version + 1, updated_at = $3
      WHERE id = $1 AND status = ANY ($4::text[]) RETURNING suspended_from AS from`,
    [id, to, now, from],
  );
  return row?.from;
}

/** @returns the status that it is in again, or undefined where it is not suspended. */
export async function resumeRegistration(tx: Transaction, id: string, now: Date): Promise<string | undefined> {
  const [row] = await tx.query<{ status: string }>(
    `UPDATE registrations SET status = suspended_from, action = suspended_action, suspended_from = NULL, suspended_action = NULL,
            version = version + 1, updated_at = $2
      WHERE id = $1 AND status = 'suspended' AND suspended_from IS NOT NULL RETURNING status`,
    [id, now],
  );
  return row?.status;
}

const COLUMNS = { registrationId: 'r.id', tenantId: 'r.tenant_id', ehrId: 'r.ehr_id', applicationId: 'r.application_id' } as const;

/** What is due at no time at all and waits for no business time was put aside: it is due now. */
export async function ringSuspended(tx: Transaction, what: SuspendedWhat): Promise<void> {
  const [[name, id] = []] = Object.entries(what) as [keyof typeof COLUMNS, string][];
  if (name === undefined) return;
  await tx.query(
    `UPDATE work_items w SET due_at = clock_timestamp() FROM operations o
       JOIN registrations r ON r.workspace_id = o.workspace_id AND r.id = o.registration_id
      WHERE o.workspace_id = $1 AND ${COLUMNS[name]} = $2 AND o.status IN ('queued', 'running', 'waiting')
        AND w.kind = 'operation' AND w.subject_id = o.id AND w.due_at = 'infinity' AND w.wake_at IS NULL`,
    [tx.scope.workspaceId, id],
  );
}
