import type { Database } from '@registrar/database';
import type { ClaimedItem } from './load-work.js';
import { present } from './present.js';

interface ClaimRow {
  id: string;
  workspace_id: string;
  subject_id: string;
  fence: string;
  pace_ms: number | null;
  budget: string;
}

/** How long a claim holds without being renewed: the longest deadline and half a minute (architecture.md, figures). */
export const LEASE_MS = 60_000;

/** The truth about what is to be done, in Postgres; the queue only rings for it. Leases run on the database's clock. */
export class WorkQueue {
  constructor(
    private readonly database: Database,
    private readonly owner: string,
    private readonly leaseMs = LEASE_MS,
  ) {}

  /** Claims up to `capacity` due items through the gates of their servers. */
  async claim(capacity: number): Promise<ClaimedItem[]> {
    const rows = await this.database.routing<ClaimRow>(
      'SELECT id, workspace_id, subject_id, fence, pace_ms, budget FROM claim_work($1, $2, $3)',
      [this.owner, capacity, this.leaseMs],
    );
    return rows.map((row) => ({
      id: row.id,
      workspaceId: row.workspace_id,
      operationId: row.subject_id,
      fence: Number(row.fence),
      ...present('paceMs', row.pace_ms),
      paidAtToken: row.budget === 'token',
    }));
  }

  /** Makes due what waits for a business time that has come. @returns how many. */
  async wake(now: Date): Promise<number> {
    const rows = await this.database.routing<{ id: string }>(
      `UPDATE work_items w SET due_at = clock_timestamp(), wake_at = NULL
         FROM (SELECT id FROM work_items WHERE kind = 'operation' AND wake_at <= $1 ORDER BY wake_at LIMIT 1000 FOR UPDATE SKIP LOCKED) woken WHERE w.id = woken.id RETURNING w.id`,
      [now],
    );
    return rows.length;
  }

  /** Holds what is still in hand a while longer; what is being written this moment is left for the next time, so nobody waits for another. */
  async renew(items: readonly ClaimedItem[]): Promise<void> {
    if (items.length === 0) return;
    await this.database.routing(
      `UPDATE work_items w SET lease_until = clock_timestamp() + $3 * interval '1 millisecond'
         FROM (SELECT x.id FROM unnest($1::uuid[], $2::bigint[]) AS i (id, fence) JOIN work_items x ON x.id = i.id AND x.fence = i.fence
                WHERE x.lease_owner IS NOT NULL FOR UPDATE OF x SKIP LOCKED) held
        WHERE w.id = held.id`,
      [items.map((item) => item.id), items.map((item) => item.fence), this.leaseMs],
    );
  }

  /** Removes an item whose operation has ended already. */
  async drop(item: ClaimedItem): Promise<void> {
    await this.database.routing('DELETE FROM work_items WHERE id = $1 AND fence = $2', [item.id, item.fence]);
  }

  /** Gives an item back, due again after `inMs`; nothing happens where its change has released or finished it already. */
  async release(item: ClaimedItem, inMs: number): Promise<void> {
    await this.database.routing(
      `UPDATE work_items SET lease_owner = NULL, lease_until = NULL, due_at = clock_timestamp() + $3 * interval '1 millisecond'
        WHERE id = $1 AND fence = $2 AND lease_owner IS NOT NULL`,
      [item.id, item.fence, inMs],
    );
  }
}
