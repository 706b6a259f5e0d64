import type { Transaction } from '@registrar/database';
import type { EventLog } from '@registrar/events';

/** What an attempt said of the statement that it was sent with. */
export interface StatementOutcome {
  readonly id: string;
  readonly event: 'accepted' | 'invalid';
}

/** After so many attempts in a row that were refused because of it, a statement is not sent any more (I-07). */
export const DEFECTIVE_AFTER = 2;

const SETTLE = `
UPDATE software_statements s
   SET failures = CASE WHEN i.accepted THEN 0 ELSE s.failures + i.invalid END,
       status = CASE WHEN s.status = 'available' AND NOT i.accepted AND s.failures + i.invalid >= ${DEFECTIVE_AFTER} THEN 'defective' ELSE s.status END
  FROM unnest($2::uuid[], $3::boolean[], $4::integer[]) AS i (id, accepted, invalid)
 WHERE s.workspace_id = $1 AND s.id = i.id
RETURNING s.id, s.tenant_id AS "tenantId", s.ehr_id AS "ehrId", s.application_id AS "applicationId", s.failures,
          s.status = 'defective' AND s.failures - i.invalid < ${DEFECTIVE_AFTER} AS broken`;

/** Writes down what attempts said of their statements, by one statement; tells when one is given up. */
export async function settleStatements(tx: Transaction, outcomes: readonly StatementOutcome[], events: EventLog): Promise<void> {
  if (outcomes.length === 0) return;
  const ids = [...new Set(outcomes.map(({ id }) => id))].sort();
  const of = (id: string, event: StatementOutcome['event']) => outcomes.filter((each) => each.id === id && each.event === event).length;
  const rows = await tx.prepared<{
    id: string;
    tenantId: string | null;
    ehrId: string;
    applicationId: string;
    failures: number;
    broken: boolean;
  }>(SETTLE, [tx.scope.workspaceId, ids, ids.map((id) => of(id, 'accepted') > 0), ids.map((id) => of(id, 'invalid'))]);
  for (const { id, tenantId, ehrId, applicationId, broken } of rows) {
    if (!broken) continue;
    const subject = { type: 'software_statement', id };
    const data = { ehr_id: ehrId, application_id: applicationId };
    events.append(tx, { type: 'software_statement.defective', subject, data, ...(tenantId === null ? {} : { tenantId }) });
  }
}
