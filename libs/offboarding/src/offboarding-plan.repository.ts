import type { PageRequest, Transaction } from '@registrar/database';
import type { Disposition, PlannedLeaving } from './offboarding.js';

const PLAN = `
SELECT r.id AS "registrationId", r.ehr_id AS "ehrId", e.name AS "ehrName", r.application_id AS "applicationId", r.environment, r.status, c.client_id AS "clientId",
       CASE WHEN r.status = 'outcome_unknown' OR r.suspended_from = 'outcome_unknown' THEN 'unknown'
            WHEN c.id IS NULL THEN 'none'
            WHEN c.scope = 'application' AND EXISTS (SELECT 1 FROM registrations q WHERE q.workspace_id = r.workspace_id AND q.client_id = c.id
                   AND q.tenant_id <> r.tenant_id AND q.status <> 'deregistered') THEN 'shared'
            WHEN r.strategy = 'portal' OR r.manageable IS DISTINCT FROM 'yes' THEN 'person'
            ELSE 'delete' END AS disposition
  FROM registrations r
  JOIN ehrs e ON e.workspace_id = r.workspace_id AND e.id = r.ehr_id
  LEFT JOIN clients c ON c.workspace_id = r.workspace_id AND c.id = r.client_id AND c.status = 'live'
 WHERE r.workspace_id = $1 AND r.tenant_id = $2 AND r.status <> 'deregistered'`;

const PAGE = `SELECT * FROM (${PLAN}) p WHERE ($3::uuid IS NULL OR p."registrationId" > $3) AND ($4::text IS NULL OR p.disposition = $4)
 ORDER BY p."registrationId" LIMIT $5`;

/** What of the hospital would be deleted, what others share, what a person has to do, and what is unknown; one more than asked for. */
export function planLeaving(tx: Transaction, tenantId: string, page: PageRequest, only?: Disposition): Promise<PlannedLeaving[]> {
  return tx.query<PlannedLeaving>(PAGE, [tx.scope.workspaceId, tenantId, page.after ?? null, only ?? null, page.limit + 1]);
}

/** How many of the hospital's registrations would end in each way. */
export async function countLeaving(tx: Transaction, tenantId: string): Promise<Partial<Record<Disposition, number>>> {
  const rows = await tx.query<{ disposition: Disposition; n: number }>(
    `SELECT p.disposition, count(*)::integer AS n FROM (${PLAN}) p GROUP BY 1`,
    [tx.scope.workspaceId, tenantId],
  );
  return Object.fromEntries(rows.map(({ disposition, n }) => [disposition, n]));
}
