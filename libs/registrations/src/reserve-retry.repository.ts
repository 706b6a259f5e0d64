import type { Clock } from '@registrar/clock';
import type { Database } from '@registrar/database';
import type { Work } from './work.js';

const DAY_MS = 86_400_000;

const LOCK = `SELECT pg_advisory_xact_lock(hashtextextended('orphans:' || $1::text, 0))`;

const RESERVE = `
UPDATE attempts a SET outcome = coalesce(a.outcome, '{}') || jsonb_build_object('reason', 'retried', 'retried_at', $4::timestamptz)
 WHERE a.workspace_id = $1 AND a.id = $2 AND a.status = 'unknown'
   AND NOT EXISTS (SELECT 1 FROM attempts o WHERE o.workspace_id = $1 AND o.registration_id = a.registration_id AND o.id <> a.id AND o.kind = 'register'
                      AND (o.status IN ('orphaned', 'unknown') OR (o.outcome->>'reason' = 'retried' AND (o.outcome->>'retried_at')::timestamptz > $5)))
   AND (SELECT count(*) FROM attempts o WHERE o.workspace_id = $1 AND o.authorization_server_id = $3 AND o.id <> a.id
           AND o.outcome->>'reason' = 'retried' AND (o.outcome->>'retried_at')::timestamptz > $5) < $6
RETURNING a.id`;

/**
 * Takes one of the server's orphans of this day for the work's lost registration: at most one that is open for a registration, one a
 * day for it, and `orphansPerDay` for the server (reliability.md 3.3). Kept with the attempt, so it is counted from here on, whoever
 * dies; asked again for the same attempt it is given again. @returns false where the budget is spent.
 */
export async function reserveRetry(database: Database, work: Work, clock: Clock): Promise<boolean> {
  const { attempt, scope, upstream } = work;
  if (!attempt) return false;
  const now = clock.now();
  return database.transaction(scope, async (tx) => {
    await tx.query(LOCK, [upstream.authorizationServerId]);
    const reserved = await tx.query(RESERVE, [
      scope.workspaceId,
      attempt.id,
      upstream.authorizationServerId,
      now,
      new Date(now.getTime() - DAY_MS),
      upstream.quirks.orphansPerDay,
    ]);
    return reserved.length > 0;
  });
}
