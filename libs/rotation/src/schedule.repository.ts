import type { Transaction } from '@registrar/database';
import { newId } from '@registrar/vault';

export interface Scheduled {
  readonly registrationId: string;
  /** null: there is nothing to rotate. */
  readonly at: Date | null;
}

/** Writes the next rotations of many registrations by one statement. */
export async function writeSchedule(tx: Transaction, scheduled: readonly Scheduled[]): Promise<void> {
  if (scheduled.length === 0) return;
  await tx.prepared(
    `UPDATE registrations r SET next_rotation_at = i.at, reschedule = false FROM unnest($1::uuid[], $2::timestamptz[]) AS i (id, at)
      WHERE r.workspace_id = $3 AND r.id = ANY ($1::uuid[]) AND r.id = i.id`,
    [scheduled.map(({ registrationId }) => registrationId), scheduled.map(({ at }) => at), tx.scope.workspaceId],
  );
}

/** Has these looked at again then, should nothing come of what begins now; a promotion schedules them anew. */
export async function lookAgain(tx: Transaction, registrationIds: readonly string[], at: Date): Promise<void> {
  if (registrationIds.length === 0) return;
  await tx.prepared(
    `UPDATE registrations SET next_rotation_at = least(next_rotation_at, $3) WHERE workspace_id = $1 AND id = ANY ($2::uuid[]) AND next_rotation_at IS NOT NULL`,
    [tx.scope.workspaceId, registrationIds, at],
  );
}

/**
 * Notes what was said to be compromised and has something else under way: it is due as soon as that is over, whatever that brings.
 * Where that is a rotation of what is compromised already, there is nothing to be noted.
 */
export async function noteCompromised(tx: Transaction, registrationIds: readonly string[], now: Date): Promise<void> {
  if (registrationIds.length === 0) return;
  await tx.prepared(
    `UPDATE registrations r SET compromised_at = $3, next_rotation_at = least(r.next_rotation_at, $3)
      WHERE r.workspace_id = $1 AND r.id = ANY ($2::uuid[])
        AND NOT EXISTS (SELECT 1 FROM operations o WHERE o.workspace_id = $1 AND o.registration_id = r.id AND o.kind = 'rotate'
                           AND o.status IN ('queued', 'running', 'waiting') AND o.input->>'reason' = 'compromised' AND NOT o.input ? 'phase')`,
    [tx.scope.workspaceId, registrationIds, now],
  );
}

/** Registrations that are to be scheduled anew, locked; what somebody else is writing waits for the next time. */
export async function staleIds(tx: Transaction, limit: number): Promise<string[]> {
  const rows = await tx.prepared<{ id: string }>(
    `SELECT id FROM registrations WHERE workspace_id = $1 AND reschedule ORDER BY id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED`,
    [tx.scope.workspaceId, limit],
  );
  return rows.map((row) => row.id);
}

/** Makes sure that the workspace is looked at: it has one row among the work, which claim_work passes over. */
export async function wakeWorkspace(tx: Transaction, now: Date): Promise<void> {
  await tx.prepared(
    `INSERT INTO work_items (id, workspace_id, kind, subject_id, budget, due_at, wake_at, created_at)
     VALUES ($1, $2, 'rotations', $2, 'none', 'infinity', $3, $3) ON CONFLICT (kind, subject_id) DO NOTHING`,
    [newId(), tx.scope.workspaceId, now],
  );
}

/** Has the workspace looked at now: a policy changed, or a line goes on. */
export async function hurryWorkspace(tx: Transaction, now: Date): Promise<void> {
  await tx.prepared(`UPDATE work_items SET wake_at = least(wake_at, $2) WHERE kind = 'rotations' AND subject_id = $1`, [
    tx.scope.workspaceId,
    now,
  ]);
}

/** The earliest moment at which something of the workspace is due. */
export async function nextDue(tx: Transaction): Promise<Date | undefined> {
  const [row] = await tx.prepared<{ at: Date | null }>(
    `SELECT least(
       (SELECT next_rotation_at FROM registrations WHERE workspace_id = $1 AND status = 'active' AND next_rotation_at IS NOT NULL ORDER BY next_rotation_at LIMIT 1),
       (SELECT retire_at FROM credentials WHERE workspace_id = $1 AND stage = 'previous' AND retire_at IS NOT NULL ORDER BY retire_at LIMIT 1)) AS at`,
    [tx.scope.workspaceId],
  );
  return row?.at ?? undefined;
}
