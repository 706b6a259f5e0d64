import type { Clock } from '@registrar/clock';
import type { Database, Transaction } from '@registrar/database';
import type { Work } from './work.js';

const LOCK = `
SELECT o.id FROM operations o
  JOIN registrations r ON r.workspace_id = o.workspace_id AND r.id = o.registration_id
  JOIN tenants t ON t.workspace_id = r.workspace_id AND t.id = r.tenant_id
  JOIN ehrs e ON e.workspace_id = r.workspace_id AND e.id = r.ehr_id
  JOIN applications a ON a.workspace_id = r.workspace_id AND a.id = r.application_id
 WHERE o.workspace_id = $2 AND o.id = ANY ($1::uuid[]) ORDER BY r.id FOR SHARE OF r, t, e, a`;

const STOPPED = `
SELECT o.id FROM operations o
  JOIN registrations r ON r.workspace_id = o.workspace_id AND r.id = o.registration_id
  JOIN tenants t ON t.workspace_id = r.workspace_id AND t.id = r.tenant_id
  JOIN ehrs e ON e.workspace_id = r.workspace_id AND e.id = r.ehr_id
  JOIN applications a ON a.workspace_id = r.workspace_id AND a.id = r.application_id
 WHERE o.workspace_id = $2 AND o.id = ANY ($1::uuid[])
   AND (r.status IN ('suspended', 'deregistering') OR t.status <> 'active' OR num_nonnulls(t.suspended_at, e.suspended_at, a.suspended_at) > 0)`;

/**
 * Puts aside what is suspended: it is due no more, so nobody looks at it in vain, until it is rung for on resuming. What
 * stops it is held while that is written, so that a resumption either comes before, and it is left due, or finds it put
 * aside, and rings. @param works those that were claimed, each with its lease.
 */
export async function setAside(database: Database, works: readonly Work[], clock: Clock): Promise<void> {
  const [first] = works;
  if (!first) return;
  const scope = { workspaceId: first.scope.workspaceId, actor: { type: 'system', id: 'worker' }, requestId: 'set-aside' } as const;
  await database.transaction(scope, async (tx) => {
    const ids = works.map((work) => work.operation.id);
    await tx.query(LOCK, [ids, scope.workspaceId]);
    const rows = await tx.query<{ id: string }>(STOPPED, [ids, scope.workspaceId]);
    const stopped = new Set(rows.map((row) => row.id));
    await write(
      tx,
      works.filter((work) => stopped.has(work.operation.id)),
      clock.now(),
    );
    await giveBack(
      tx,
      works.filter((work) => !stopped.has(work.operation.id)),
    );
  });
}

async function write(tx: Transaction, works: readonly Work[], now: Date): Promise<void> {
  if (works.length === 0) return;
  await tx.query(
    `UPDATE operations SET status = 'waiting', waiting = '{"reason": "suspended"}', updated_at = $3
      WHERE workspace_id = $2 AND id = ANY ($1::uuid[]) AND status IN ('queued', 'running', 'waiting')`,
    [works.map((work) => work.operation.id), tx.scope.workspaceId, now],
  );
  await tx.query(
    `UPDATE work_items w SET due_at = 'infinity', lease_owner = NULL, lease_until = NULL
       FROM unnest($1::uuid[], $2::bigint[]) AS i (id, fence) WHERE w.id = i.id AND w.fence = i.fence`,
    [works.map((work) => work.itemId), works.map((work) => work.fence)],
  );
}

/** Resumed a moment ago. */
async function giveBack(tx: Transaction, works: readonly Work[]): Promise<void> {
  if (works.length === 0) return;
  await tx.query(
    `UPDATE work_items w SET lease_owner = NULL, lease_until = NULL, due_at = clock_timestamp()
       FROM unnest($1::uuid[], $2::bigint[]) AS i (id, fence) WHERE w.id = i.id AND w.fence = i.fence`,
    [works.map((work) => work.itemId), works.map((work) => work.fence)],
  );
}
