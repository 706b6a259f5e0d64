import type { Transaction } from '@registrar/database';
import { transition } from './lifecycle.js';

export interface Leaving {
  readonly id: string;
  readonly tenantId: string;
  /** Whether its credential did not work any more, or never has: the status that says so is lost on the way out. */
  readonly credentialFailed: boolean;
}

/** Sends registrations on their way out, whatever their number; those that are on it already, or gone, are passed over. */
export async function leave(tx: Transaction, ids: readonly string[], now: Date): Promise<Leaving[]> {
  const { from, to } = transition('deregister');
  return tx.query<Leaving>(
    `UPDATE registrations r SET status = $3, action = NULL, problem = NULL, suspended_from = NULL, suspended_action = NULL, next_rotation_at = NULL,
            version = r.version + 1, updated_at = $4
       FROM (SELECT id, status, action, suspended_from, suspended_action FROM registrations WHERE workspace_id = $1 AND id = ANY ($2::uuid[]) AND status = ANY ($5::text[]) ORDER BY id FOR UPDATE) held
      WHERE r.workspace_id = $1 AND r.id = held.id RETURNING r.id, r.tenant_id AS "tenantId",
            coalesce(held.suspended_from, held.status) = 'credential_failed' OR coalesce(held.suspended_action, held.action, '') = 'fix_credential' AS "credentialFailed"`,
    [tx.scope.workspaceId, ids, to, now, from],
  );
}

/**
 * Cancels what is under way there. Nothing of it is begun any more; who is sending this moment keeps the work item until
 * they have let go of it, which tells others that they live.
 */
export async function cancelOperations(tx: Transaction, ids: readonly string[], now: Date): Promise<void> {
  const rows = await tx.query<{ id: string }>(
    `UPDATE operations SET status = 'cancelled', waiting = NULL, finished_at = $3, updated_at = $3
      WHERE workspace_id = $1 AND registration_id = ANY ($2::uuid[]) AND status IN ('queued', 'running', 'waiting', 'action_required', 'outcome_unknown')
      RETURNING id`,
    [tx.scope.workspaceId, ids, now],
  );
  if (rows.length === 0) return;
  const cancelled = rows.map((row) => row.id);
  await tx.query(
    `DELETE FROM work_items WHERE kind = 'operation' AND subject_id = ANY ($1::uuid[]) AND (lease_until IS NULL OR lease_until <= clock_timestamp())`,
    [cancelled],
  );
  await tx.query(`SELECT pg_notify('operations', id) FROM unnest($1::text[]) AS id`, [cancelled]);
}
