import type { Database } from '@registrar/database';
import type { KeptAnswer } from './strategy.js';

const TRIES = 30;
const PAUSE_MS = 1_000;

/** A deregistration waits for what was being sent when it began. */
const WAITS_FOR_IT = `
UPDATE work_items w SET due_at = clock_timestamp() FROM attempts a JOIN operations o
    ON o.workspace_id = a.workspace_id AND o.registration_id = a.registration_id AND o.kind = 'deregister' AND o.status IN ('queued', 'running', 'waiting')
 WHERE a.workspace_id = $1 AND a.id = $2 AND w.kind = 'operation' AND w.subject_id = o.id AND w.lease_until IS NULL`;

/**
 * Stores a sealed answer alone, again and again for half a minute, because what it holds may be the only copy of a
 * client's secret (H-31). Where another holder
 * has meanwhile called the attempt unknown, a client that was made is an orphan that is known.
 * @throws the last failure, when the database stays away; the attempt then stays `sending`, and becomes unknown.
 */
export async function keepAnswer(database: Database, kept: KeptAnswer): Promise<void> {
  const { workspaceId, attempt } = kept;
  for (let tries = 1; ; tries += 1) {
    try {
      await database.transaction({ workspaceId, actor: { type: 'system', id: 'worker' }, requestId: 'keep-answer' }, async (tx) => {
        await tx.query(
          `UPDATE attempts SET status = CASE WHEN status <> 'unknown' OR kind <> 'register' OR $2::text = 'not_sent' THEN $2::text
                                    WHEN $3::integer BETWEEN 200 AND 299 THEN 'orphaned' ELSE 'unknown' END, upstream_status = $3::integer, local_address = $4, answer_key_id = $5, answer = $6, correlation = $7::jsonb WHERE id = $1 AND status IN ('sending', 'unknown')`,
          [
            attempt.id,
            attempt.status,
            attempt.upstreamStatus ?? null,
            attempt.localAddress ?? null,
            attempt.answer?.keyId ?? null,
            attempt.answer?.bytes ?? null,
            attempt.correlation ? JSON.stringify(attempt.correlation) : null,
          ],
        );
        await tx.query(WAITS_FOR_IT, [workspaceId, attempt.id]);
      });
      return;
    } catch (error) {
      if (tries >= TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
