import type { Transaction } from '@registrar/database';

/** A registration that is to be compared. */
export interface DueSync {
  readonly id: string;
  readonly ehrId: string;
}

/** How many one look takes. */
export const SYNCS_AT_A_TIME = 200;
const WEEK_S = 7 * 86_400;

/** What became active since is given a moment of its own within the next week, so that no server has them all at once. */
export async function scheduleUnsynced(tx: Transaction, now: Date): Promise<number> {
  const rows = await tx.prepared(
    `UPDATE registrations r SET next_sync_at = $2::timestamptz + (1 + abs(hashtext(r.id::text)::bigint) % ${WEEK_S}) * interval '1 second'
       FROM (SELECT id FROM registrations WHERE workspace_id = $1 AND status = 'active' AND next_sync_at IS NULL
              ORDER BY id LIMIT ${SYNCS_AT_A_TIME} FOR NO KEY UPDATE SKIP LOCKED) fresh
      WHERE r.workspace_id = $1 AND r.id = fresh.id RETURNING r.id`,
    [tx.scope.workspaceId, now],
  );
  return rows.length;
}

/** Those whose moment has come, from the beginning of the index; each is due again in a week. */
export function takeDueSyncs(tx: Transaction, now: Date): Promise<DueSync[]> {
  return tx.prepared<DueSync>(
    `UPDATE registrations r SET next_sync_at = $2::timestamptz + interval '${WEEK_S} seconds'
       FROM (SELECT id FROM registrations WHERE workspace_id = $1 AND status = 'active' AND next_sync_at <= $2
              ORDER BY next_sync_at LIMIT ${SYNCS_AT_A_TIME} FOR NO KEY UPDATE SKIP LOCKED) due
      WHERE r.workspace_id = $1 AND r.id = due.id RETURNING r.id, r.ehr_id AS "ehrId"`,
    [tx.scope.workspaceId, now],
  );
}
