import type { Transaction } from '@registrar/database';

export interface Retiring {
  readonly registrationId: string;
  /** Whose overlap is over: others of the registration may be open still. */
  readonly credentialId: string;
}

// What was begun is looked at again in an hour, should nothing come of it. With an old credential its client ends, where that was
// replaced: it waits for the last of them whose overlap is open (H-05).
const RETIRING = `
WITH due AS (
  SELECT k.id, k.registration_id, k.client_id, k.version, k.retire_at FROM credentials k
   WHERE k.workspace_id = $1 AND k.stage = 'previous' AND k.retire_at <= $2 ORDER BY k.retire_at LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED)
, later AS (
  SELECT due.id, max(k.retire_at) AS at FROM due
    JOIN registrations r ON r.workspace_id = $1 AND r.id = due.registration_id AND r.client_id <> due.client_id
    JOIN credentials k ON k.workspace_id = $1 AND k.registration_id = r.id AND k.client_id = due.client_id AND k.stage = 'previous' AND k.retire_at > $2
   GROUP BY due.id)
, moved AS (
  UPDATE credentials k SET retire_at = coalesce((SELECT later.at FROM later WHERE later.id = k.id), $2::timestamptz + interval '1 hour')
    FROM due WHERE k.workspace_id = $1 AND k.id = due.id)
SELECT DISTINCT ON (due.registration_id) due.registration_id AS "registrationId", due.id AS "credentialId" FROM due
  JOIN registrations r ON r.workspace_id = $1 AND r.id = due.registration_id AND r.status IN ('active', 'credential_failed')
  JOIN tenants t ON t.workspace_id = $1 AND t.id = r.tenant_id AND t.status = 'active'
 WHERE due.id NOT IN (SELECT id FROM later)
 ORDER BY due.registration_id, due.retire_at, CASE WHEN due.client_id = r.client_id THEN due.version ELSE -due.version END`;

/** Registrations with a credential whose overlap is over, once each: with the one that has waited longest. Of two the older; but of a replaced client the newer, which that goes by (B-10). */
export function takeRetiring(tx: Transaction, now: Date, limit: number): Promise<Retiring[]> {
  return tx.prepared<Retiring>(RETIRING, [tx.scope.workspaceId, now, limit]);
}

/** Where another operation is under way, it is looked at again soon. */
export async function postponeRetiring(tx: Transaction, registrationIds: readonly string[], now: Date): Promise<void> {
  if (registrationIds.length === 0) return;
  await tx.prepared(
    `UPDATE credentials SET retire_at = $3::timestamptz + interval '15 seconds'
      WHERE workspace_id = $1 AND registration_id = ANY ($2::uuid[]) AND stage = 'previous' AND retire_at <= $3::timestamptz + interval '1 hour'`,
    [tx.scope.workspaceId, registrationIds, now],
  );
}
