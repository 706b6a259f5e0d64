import type { Transaction } from '@registrar/database';
import { quirksFor, type Quirks } from '@registrar/dcr';
import type { Promoted } from '@registrar/registrations';
import { cacheMs } from './cache-time.js';
import type { DueInput } from './due.js';
import { hurryWorkspace } from './schedule.repository.js';

/** A credential that was just replaced. */
export interface Replaced {
  id: string;
  registration_id: string;
  kind: string;
  swapped: boolean;
  inline: boolean;
  reason: string | null;
  vendor: string | null;
  learned: Partial<Quirks> | null;
  declared: Partial<Quirks> | null;
}

/** The longest that an assertion lives that was signed with the old key. */
const ASSERTION_MS = 300_000;
const HOUR_MS = 3_600_000;

const PREVIOUS = `
SELECT k.id, k.registration_id, k.kind, k.client_id IS DISTINCT FROM coalesce(($3::uuid[])[i.n], r.client_id) AS swapped,
       coalesce(c.granted_metadata, '{}') ? 'jwks' AS inline,
       CASE WHEN r.compromised_at >= k.created_at THEN 'compromised' ELSE o.reason END AS reason, s.vendor, s.learned_quirks AS learned, s.declared_quirks AS declared
  FROM unnest($1::uuid[]) WITH ORDINALITY AS i (id, n)
  JOIN registrations r ON r.workspace_id = $2 AND r.id = i.id
  JOIN credentials k ON k.workspace_id = $2 AND k.registration_id = r.id AND k.stage = 'previous' AND k.retire_at IS NULL
  JOIN credentials n ON n.workspace_id = $2 AND n.registration_id = r.id AND n.stage = 'current' AND n.version > k.version
  LEFT JOIN clients c ON c.workspace_id = $2 AND c.id = k.client_id
  LEFT JOIN ehrs e ON e.workspace_id = $2 AND e.id = r.ehr_id
  LEFT JOIN authorization_servers s ON s.workspace_id = $2 AND s.id = e.authorization_server_id
  LEFT JOIN LATERAL (SELECT x.input->>'reason' AS reason FROM operations x WHERE x.workspace_id = $2 AND x.registration_id = r.id AND x.kind = 'rotate'
                      ORDER BY x.created_at DESC LIMIT 1) o ON true
 WHERE r.id = ANY ($1::uuid[])`;

/**
 * What these registrations used until now, where nothing says yet when it goes. What is newer than the current one was gone back
 * from: it is kept until another one is proven.
 */
export function replaced(tx: Transaction, promoted: readonly Promoted[]): Promise<Replaced[]> {
  return tx.prepared<Replaced>(PREVIOUS, [
    promoted.map(({ registrationId }) => registrationId),
    tx.scope.workspaceId,
    promoted.map(({ clientId }) => clientId ?? null),
  ]);
}

/**
 * Writes when the credentials that were just replaced go: after the overlap, and for a published key not before the last
 * assertion and the last cache are over (H-01). A server with one slot for a secret has refused the old one already (H-03).
 */
export async function openOverlaps(
  tx: Transaction,
  rows: readonly Replaced[],
  inputs: ReadonlyMap<string, DueInput>,
  now: Date,
): Promise<void> {
  if (rows.length === 0) return;
  const overlaps = rows.map((row) => overlapMs(row, inputs.get(row.registration_id)?.policy.overlapMs ?? 0));
  await tx.prepared(
    `UPDATE credentials c SET retire_at = i.at FROM unnest($1::uuid[], $2::timestamptz[]) AS i (id, at) WHERE c.workspace_id = $3 AND c.id = i.id`,
    [rows.map((row) => row.id), overlaps.map((ms) => new Date(now.getTime() + ms)), tx.scope.workspaceId],
  );
  if (overlaps.includes(0)) await hurryWorkspace(tx, now);
}

function overlapMs(row: Replaced, policyMs: number): number {
  // Its own operation takes it away at once; should it end before that, this comes after it.
  if (row.reason === 'compromised') return HOUR_MS;
  const quirks = quirksFor(row.vendor ?? 'generic', row.learned ?? {}, row.declared ?? {});
  if (row.swapped) return policyMs;
  if (row.kind === 'client_secret') return quirks.secretOverlap ? policyMs : 0;
  return row.inline ? policyMs : Math.max(policyMs, ASSERTION_MS + cacheMs(quirks));
}
