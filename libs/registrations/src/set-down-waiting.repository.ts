import type { Transaction } from '@registrar/database';
import type { OperationKind } from './operation-status.js';

/**
 * Ends operations of this kind that only wait, in the caller's transaction, so that something more urgent can begin in their
 * place. One that somebody is taking a step of this moment is left alone, and one whose last exchange is not settled: its sealed
 * answer may be the only copy of a credential, and whoever takes it up again goes on from that (H-31). So is a roll-back that has gone
 * back already: what is left of it removes the successor at the EHR, and nobody else would. @returns how many there were.
 */
export async function setDownWaiting(tx: Transaction, kind: OperationKind, registrationIds: readonly string[], now: Date): Promise<number> {
  if (registrationIds.length === 0) return 0;
  // In the order in which those lock who write what became of a step.
  await tx.query(`SELECT id FROM registrations WHERE workspace_id = $1 AND id = ANY ($2::uuid[]) ORDER BY id FOR UPDATE`, [
    tx.scope.workspaceId,
    registrationIds,
  ]);
  const rows = await tx.query<{ id: string }>(
    `WITH waiting AS (
       DELETE FROM work_items w USING operations o
        WHERE w.workspace_id = $1 AND w.kind = 'operation' AND w.subject_id = o.id AND (w.lease_until IS NULL OR w.lease_until <= clock_timestamp())
          AND o.workspace_id = $1 AND o.registration_id = ANY ($2::uuid[]) AND o.kind = $3 AND o.status = 'waiting'
          AND NOT (coalesce(o.input->>'phase', '') = 'roll_back' AND o.steps @> '[{"name": "roll_back", "status": "done"}]')
          AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.workspace_id = $1 AND a.operation_id = o.id
                             AND a.status IN ('sending', 'accepted', 'unknown') AND a.finished_at IS NULL)
       RETURNING o.id)
     UPDATE operations SET status = 'cancelled', waiting = NULL, finished_at = $4, updated_at = $4
       FROM waiting WHERE operations.workspace_id = $1 AND operations.id = waiting.id RETURNING operations.id`,
    [tx.scope.workspaceId, registrationIds, kind, now],
  );
  if (rows.length > 0) await tx.query(`SELECT pg_notify('operations', id) FROM unnest($1::text[]) AS id`, [rows.map((row) => row.id)]);
  return rows.length;
}
