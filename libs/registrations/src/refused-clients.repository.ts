import type { Clock } from '@registrar/clock';
import type { Database } from '@registrar/database';
import type { Work } from './work.js';

const WITHIN_MS = 60 * 60_000;
const FEW = 3;

const REFUSED = `
SELECT count(*)::integer AS clients,
       count(*) FILTER (WHERE (r.status IN ('credential_failed', 'revoked_by_ehr') AND r.updated_at > $3) OR o.id IS NOT NULL)::integer AS refused,
       coalesce(bool_or(g.reason = 'mass_refusal' AND g.open_until > clock_timestamp()), false) AS known
  FROM ehrs e
  JOIN registrations r ON r.workspace_id = e.workspace_id AND r.ehr_id = e.id AND r.client_id IS NOT NULL AND r.status <> 'deregistered'
  LEFT JOIN operations o ON o.workspace_id = r.workspace_id AND o.registration_id = r.id AND o.kind = 'verify'
        AND o.status IN ('running', 'waiting') AND o.steps @> '[{"seen": [{"kind": "invalid_client"}]}]'
  LEFT JOIN upstream_gates g ON g.authorization_server_id = e.authorization_server_id AND g.budget = 'token'
 WHERE e.workspace_id = $1 AND e.authorization_server_id = $2`;

/**
 * Whether a server refuses many of its clients at once: three at least, and more than half of those that it has here. That is an
 * outage that looks like something else (K-43). `already`: it is marked so. The registration that asks is counted.
 */
export async function refusesMany(database: Database, work: Work, clock: Clock): Promise<'no' | 'newly' | 'already'> {
  const since = new Date(clock.now().getTime() - WITHIN_MS);
  const [row] = await database.transaction(work.scope, (tx) =>
    tx.query<{ clients: number; refused: number; known: boolean }>(REFUSED, [
      work.scope.workspaceId,
      work.upstream.authorizationServerId,
      since,
    ]),
  );
  if (!row || row.refused < FEW || row.refused * 2 <= row.clients) return 'no';
  return row.known ? 'already' : 'newly';
}
