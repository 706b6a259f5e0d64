import type { Transaction } from '@registrar/database';
import type { PlannedLeaving } from './offboarding.js';

const PLAN = `
SELECT r.id AS "registrationId", r.ehr_id AS "ehrId", e.name AS "ehrName", r.application_id AS "applicationId", r.environment, r.status, c.client_id AS "clientId",
       CASE WHEN r.status = 'outcome_unknown' OR r.suspended_from = 'outcome_unknown' THEN 'unknown'
            WHEN c.id IS NULL THEN 'none'
            WHEN c.scope = 'application' AND EXISTS (SELECT 1 FROM registrations q WHERE q.workspace_id = r.workspace_id AND q.client_id = c.id
                   AND q.tenant_id <> r.tenant_id AND q.status <> 'deregistered') THEN 'shared'
            WHEN r.strategy = 'portal' OR r.manageable IS DISTINCT FROM 'yes' OR c.scope = 'application' THEN 'person'
            ELSE 'delete' END AS disposition
  FROM registrations r
  JOIN ehrs e ON e.workspace_id = r.workspace_id AND e.id = r.ehr_id
  LEFT JOIN clients c ON c.workspace_id = r.workspace_id AND c.id = r.client_id AND c.status = 'live'
 WHERE r.workspace_id = $1 AND r.tenant_id = $2 AND r.status <> 'deregistered' ORDER BY r.id`;

/** What of the hospital would be deleted, what others share, what a person has to do, and what is unknown. */
export function planLeaving(tx: Transaction, tenantId: string): Promise<PlannedLeaving[]> {
  return tx.query<PlannedLeaving>(PLAN, [tx.scope.workspaceId, tenantId]);
}
