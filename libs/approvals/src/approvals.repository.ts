import type { PageRequest, Transaction } from '@registrar/database';
import type { ApprovalKind, ApprovalStatus } from './approval.js';
import { ApprovalEntity, type ApprovalRow } from './approval.entity.js';

export interface ApprovalFilter {
  readonly status?: ApprovalStatus | undefined;
  readonly kind?: ApprovalKind | undefined;
}

// A caller that is bound to an application or an environment sees only what is of it; hospitals are row-level security's.
const SEEN = `($1::uuid IS NULL OR a.application_id = $1) AND ($2::text IS NULL OR a.environment = $2)`;
const COLUMNS = `a.workspace_id AS "workspaceId", a.id, a.tenant_id AS "tenantId", a.application_id AS "applicationId", a.environment, a.kind,
  a.subject_type AS "subjectType", a.subject_id AS "subjectId", a.documents_hash AS "documentsHash", a.summary, a.reason,
  a.requested_by AS "requestedBy", a.decided_by AS "decidedBy", a.decided_at AS "decidedAt", a.decision_reason AS "decisionReason",
  a.used_at AS "usedAt", a.expires_at AS "expiresAt", a.created_at AS "createdAt",
  CASE WHEN a.status IN ('open', 'approved') AND a.expires_at <= $3 THEN 'expired' ELSE a.status END AS status`;
const ROW = `SELECT ${COLUMNS} FROM approvals a WHERE ${SEEN} AND a.id = $4`;
const PAGE = `
SELECT * FROM (SELECT ${COLUMNS} FROM approvals a WHERE ${SEEN}) a
 WHERE ($4::text IS NULL OR a.status = $4) AND ($5::text IS NULL OR a.kind = $5) AND ($6::uuid IS NULL OR a.id < $6)
 ORDER BY a.id DESC LIMIT $7`;

const seenBy = ({ scope }: Transaction, now: Date) => [scope.applicationId ?? null, scope.environment ?? null, now];

/** The rows of approvals, within the scope of the open transaction, with the status that they have now. */
export const approvalRows = {
  async find(tx: Transaction, id: string, now: Date): Promise<ApprovalRow | undefined> {
    const [row] = await tx.query<ApprovalRow>(ROW, [...seenBy(tx, now), id]);
    return row;
  },

  async lock(tx: Transaction, id: string, now: Date): Promise<ApprovalRow | undefined> {
    const [row] = await tx.query<ApprovalRow>(`${ROW} FOR UPDATE`, [...seenBy(tx, now), id]);
    return row;
  },

  page: (tx: Transaction, filter: ApprovalFilter, { limit, after }: PageRequest, now: Date): Promise<ApprovalRow[]> =>
    tx.query<ApprovalRow>(PAGE, [...seenBy(tx, now), filter.status ?? null, filter.kind ?? null, after ?? null, limit + 1]),

  async insert(tx: Transaction, row: ApprovalRow): Promise<void> {
    await tx.repository(ApprovalEntity).insert(row);
  },

  async update(tx: Transaction, row: ApprovalRow): Promise<void> {
    const { workspaceId, id, status, decidedBy, decidedAt, decisionReason, usedAt } = row;
    await tx.repository(ApprovalEntity).update({ workspaceId, id }, { status, decidedBy, decidedAt, decisionReason, usedAt });
  },
};
