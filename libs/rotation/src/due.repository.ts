import type { Transaction } from '@registrar/database';

/** A registration whose moment has come. */
export interface DueRegistration {
  readonly id: string;
  readonly tenantId: string;
  readonly ehrId: string;
  readonly authorizationServerId: string | null;
  /** Somebody has stopped the hospital, the EHR or the application, or the hospital leaves. */
  readonly held: boolean;
  /** Another operation of it is open, or a person has its rotation in hand. */
  readonly busy: boolean;
}

/** Who begins what is due. */
export const SCHEDULER = { type: 'system', id: 'scheduler' } as const;

/** How many one look takes. */
export const DUE_AT_A_TIME = 500;
/**
 * The registrations that are due, most overdue first, from the beginning of the index registrations_due: what it costs
 * depends on how many are wanted, not on how many there are. They are locked; what somebody else is writing waits for the next time.
 */
// The limit stands in the text, because a prepared statement's plan has to know it: else it would read a third of the table.
export const DUE = `
SELECT r.id, r.tenant_id AS "tenantId", r.ehr_id AS "ehrId", e.authorization_server_id AS "authorizationServerId",
       t.status <> 'active' OR coalesce(t.suspended_at, e.suspended_at, a.suspended_at) IS NOT NULL AS held,
       EXISTS (SELECT 1 FROM operations o WHERE o.workspace_id = $1 AND o.registration_id = r.id
          AND (o.status IN ('queued', 'running', 'waiting') OR o.kind = 'rotate' AND o.status = 'action_required')) AS busy
  FROM (SELECT x.* FROM registrations x WHERE x.workspace_id = $1 AND x.status = 'active' AND x.next_rotation_at <= $2
         ORDER BY x.next_rotation_at LIMIT ${DUE_AT_A_TIME} FOR NO KEY UPDATE SKIP LOCKED) r
  CROSS JOIN LATERAL (SELECT x.status, x.suspended_at FROM tenants x WHERE x.workspace_id = $1 AND x.id = r.tenant_id OFFSET 0) t
  CROSS JOIN LATERAL (SELECT x.authorization_server_id, x.suspended_at FROM ehrs x WHERE x.workspace_id = $1 AND x.id = r.ehr_id OFFSET 0) e
  CROSS JOIN LATERAL (SELECT x.suspended_at FROM applications x WHERE x.workspace_id = $1 AND x.id = r.application_id OFFSET 0) a
 ORDER BY r.next_rotation_at`;

export function dueRegistrations(tx: Transaction, now: Date): Promise<DueRegistration[]> {
  return tx.prepared<DueRegistration>(DUE, [tx.scope.workspaceId, now]);
}

/**
 * Of these, the ones that still have what somebody said to be compromised, of them or of whoever shares their client: it is
 * replaced as what it is (H-01). What was promoted since has taken its place; a first credential is as old as it was made, for it
 * may have waited for its proof while that was said. Where something else was under way when it was said, only what was made since
 * counts: a roll-back brings back what was there before. What the scheduler starts over says nothing new.
 */
export async function stillCompromised(tx: Transaction, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const rows = await tx.prepared<{ id: string }>(
    `WITH held AS (
       SELECT r.id, c.id AS shared, k.at, k.made, r.compromised_at FROM unnest($2::uuid[]) AS i (id)
        CROSS JOIN LATERAL (SELECT x.id, x.client_id, x.compromised_at FROM registrations x WHERE x.workspace_id = $1 AND x.id = i.id OFFSET 0) r
        LEFT JOIN LATERAL (SELECT x.id FROM clients x WHERE x.workspace_id = $1 AND x.id = r.client_id AND x.scope = 'application' OFFSET 0) c ON true
        CROSS JOIN LATERAL (SELECT CASE WHEN EXISTS (SELECT 1 FROM credentials y WHERE y.workspace_id = $1 AND y.registration_id = r.id AND y.version < x.version AND y.promoted_at IS NOT NULL)
                             THEN coalesce(x.promoted_at, x.created_at) ELSE x.created_at END AS at, x.created_at AS made FROM credentials x
          WHERE x.workspace_id = $1 AND x.registration_id = r.id AND x.stage = 'current' ORDER BY x.version DESC LIMIT 1) k
     ), said AS (
       SELECT s.id, s.shared, o.at
         FROM (SELECT id, NULL::uuid AS shared, compromised_at FROM held UNION ALL
               SELECT x.id, h.shared, x.compromised_at FROM (SELECT DISTINCT shared FROM held WHERE shared IS NOT NULL) h
                 JOIN registrations x ON x.workspace_id = $1 AND x.client_id = h.shared) s
        CROSS JOIN LATERAL (SELECT greatest(s.compromised_at, (SELECT x.created_at FROM operations x WHERE x.workspace_id = $1 AND x.registration_id = s.id AND x.kind = 'rotate'
           AND x.input->>'reason' = 'compromised' AND NOT x.input ? 'phase' AND x.status <> 'cancelled' AND x.requested_by->>'id' <> '${SCHEDULER.id}'
           ORDER BY x.created_at DESC LIMIT 1)) AS at) o
     )
     SELECT h.id FROM held h WHERE h.compromised_at > h.made OR EXISTS (SELECT 1 FROM said s WHERE s.at > h.at AND (s.id = h.id OR s.shared = h.shared))`,
    [tx.scope.workspaceId, ids],
  );
  return new Set(rows.map(({ id }) => id));
}
