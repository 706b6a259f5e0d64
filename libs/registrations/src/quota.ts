import { publicId, type Transaction } from '@registrar/database';
import { registrationProblem } from './registrations.problems.js';

/** How much one hospital may have here: so that who floods pays for it, and nobody else (T23). */
export interface Quota {
  /** Registrations that have not ended. */
  readonly registrations: number;
  /** Those of them that are still to be registered. */
  readonly queued: number;
}

export const DEFAULT_QUOTA: Quota = { registrations: 10_000, queued: 2_000 };

const QUEUED_RETRY_MS = 60_000;

// No more rows are counted than matter.
const COUNT = `
SELECT t.id, t.added::integer AS added, c.live::integer AS live, c.queued::integer AS queued
  FROM unnest($2::uuid[], $3::integer[]) AS t (id, added)
  CROSS JOIN LATERAL (SELECT count(*) AS live, count(*) FILTER (WHERE x.status IN ('pending', 'registering')) AS queued FROM (
    SELECT r.status FROM registrations r WHERE r.workspace_id = $1 AND r.tenant_id = t.id AND r.status <> 'deregistered' LIMIT $4) x) c`;

/**
 * Refuses what would be too much for one hospital, before anything of it is written.
 * @throws Problem registrations.quota_reached | registrations.queue_full (with tenant_ids)
 */
export async function assertWithinQuota(tx: Transaction, tenantIds: readonly string[], quota: Quota): Promise<void> {
  const added = new Map<string, number>();
  for (const id of tenantIds) added.set(id, (added.get(id) ?? 0) + 1);
  if (added.size === 0) return;
  const rows = await tx.query<{ id: string; added: number; live: number; queued: number }>(COUNT, [
    tx.scope.workspaceId,
    [...added.keys()],
    [...added.values()],
    quota.registrations + 1,
  ]);
  const beyond = (exceeds: (row: (typeof rows)[number]) => boolean) => rows.filter(exceeds).map(({ id }) => publicId('ten', id));
  const full = beyond((row) => row.live + row.added > quota.registrations);
  if (full.length > 0)
    throw registrationProblem('registrations.quota_reached', {
      detail: `A hospital may have ${quota.registrations}.`,
      extra: { tenant_ids: full },
    });
  const queue = beyond((row) => row.queued + row.added > quota.queued);
  if (queue.length > 0)
    throw registrationProblem('registrations.queue_full', {
      detail: `A hospital may have ${quota.queued} that wait to be registered.`,
      retryAfterMs: QUEUED_RETRY_MS,
      extra: { tenant_ids: queue },
    });
}
