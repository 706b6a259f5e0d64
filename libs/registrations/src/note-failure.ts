import type { Database } from '@registrar/database';
import { waitingFor } from './backoff.js';
import type { Clock } from '@registrar/clock';
import type { ClaimedItem } from './load-work.js';

/**
 * Says on the operation that Registrar itself failed, and when it tries again, so that nobody looks at a registration
 * that stands still without a word. Whoever has taken over meanwhile is not talked over. Best effort: the log has it anyway.
 */
export async function noteFailure(database: Database, item: ClaimedItem, inMs: number, clock: Clock): Promise<void> {
  const scope = { workspaceId: item.workspaceId, actor: { type: 'system', id: 'worker' }, requestId: 'failure' } as const;
  await database.transaction(scope, (tx) =>
    tx.query(
      `UPDATE operations SET status = 'waiting', waiting = $2::jsonb, updated_at = $3 WHERE id = $1 AND status IN ('queued', 'running', 'waiting')
         AND EXISTS (SELECT 1 FROM work_items w WHERE w.id = $4 AND w.fence = $5)`,
      [item.operationId, JSON.stringify(waitingFor('internal_error', inMs, clock)), clock.now(), item.id, item.fence],
    ),
  );
}
