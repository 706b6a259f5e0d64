import type { Database } from '@registrar/database';

/** A workspace that this worker looks at. */
export interface Turn {
  readonly id: string;
  readonly workspaceId: string;
}

const LEASE_MS = 60_000;
const AT_A_TIME = 20;

/**
 * Whose turn it is, from the routing table: one row for each workspace, due by business time, leased by the database's
 * clock, so that two workers never look at one workspace at once and one that died is followed by another.
 */
export class WorkspaceTurns {
  constructor(
    private readonly database: Database,
    private readonly owner: string,
  ) {}

  /** Takes the turns whose time has come. What hurries one meanwhile is not lost: it is due again afterwards. */
  async take(now: Date): Promise<Turn[]> {
    return this.database.routing<Turn>(
      `WITH due AS (
         SELECT id FROM work_items WHERE kind = 'rotations' AND wake_at <= $2 AND (lease_until IS NULL OR lease_until <= clock_timestamp())
          ORDER BY wake_at LIMIT $4 FOR UPDATE SKIP LOCKED)
       , taken AS (
         UPDATE work_items w SET lease_owner = $1, lease_until = clock_timestamp() + $3 * interval '1 millisecond', wake_at = $2::timestamptz + interval '1 minute'
           FROM due WHERE w.id = due.id RETURNING w.id, w.workspace_id)
       SELECT id, workspace_id AS "workspaceId" FROM taken`,
      [this.owner, now, LEASE_MS, AT_A_TIME],
    );
  }

  /** Ends a turn; the workspace is due again at `next`, or sooner where somebody hurried it. */
  async giveBack(turn: Turn, next: Date): Promise<void> {
    await this.database.routing(
      `UPDATE work_items SET lease_owner = NULL, lease_until = NULL, wake_at = least(wake_at, $3) WHERE id = $1 AND lease_owner = $2`,
      [turn.id, this.owner, next],
    );
  }
}
