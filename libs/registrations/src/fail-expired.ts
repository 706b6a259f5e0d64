import type { Transaction } from '@registrar/database';
import { problemDocument } from '@registrar/problem';
import type { Records } from './create-registrations.js';
import { expiryProblem } from './credential-expiry.problems.js';
import { transition } from './lifecycle.js';

/** Registrations whose current credential has expired, so that callers get a clear error and not a dead secret (H-08). */
export async function failExpired(tx: Transaction, registrationIds: readonly string[], records: Records, now: Date): Promise<void> {
  if (registrationIds.length === 0) return;
  const { from, to } = transition('fail_credential');
  const problem = JSON.stringify(problemDocument(expiryProblem('registrations.credential_expired')));
  const moved = await tx.query<{ id: string; tenantId: string }>(
    `UPDATE registrations SET status = $2, problem = $3::jsonb, version = version + 1, updated_at = $4
      WHERE workspace_id = $6 AND id = ANY ($1::uuid[]) AND status = ANY ($5::text[]) RETURNING id, tenant_id AS "tenantId"`,
    [registrationIds, to, problem, now, from, tx.scope.workspaceId],
  );
  for (const { id, tenantId } of moved) {
    const subject = { type: 'registration', id } as const;
    records.audit.append(tx, { action: 'registration.fail_credential', subject, tenantId, detail: { reason: 'expired' } });
    records.events.append(tx, { type: `registration.${to}`, subject, tenantId });
  }
}
