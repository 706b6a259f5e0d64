import { insertRows, type PageRequest, type Transaction } from '@registrar/database';
import type { Impact } from '@registrar/dcr';
import type { OperationStatus, UpdateWay } from '@registrar/registrations';
import { RolloutEntity, type RolloutRow } from './rollout.entity.js';
import { OPEN_ROLLOUTS, type ItemState, type PlannedItem } from './rollout.js';

/** An item with what became of its operation. */
export interface ItemRow {
  readonly registrationId: string;
  readonly tenantId: string;
  readonly tenantName: string;
  readonly ehrName: string;
  readonly canary: boolean;
  readonly way: UpdateWay;
  readonly impact: Impact;
  readonly documentHash: string;
  readonly state: ItemState;
  readonly operationId: string | null;
  readonly operationStatus: OperationStatus | null;
  readonly waitingFor: string | null;
  readonly problem: { readonly code: string; readonly title: string } | null;
}

const COLUMNS = `r.workspace_id AS "workspaceId", r.id, r.application_id AS "applicationId", r.revision, r.environment, r.status, r.stage,
  r.failure_limit AS "failureLimit", r.at_once AS "atOnce", r.forgiven, r.reason, r.problem, r.plan_hash AS "planHash",
  r.approval_id AS "approvalId", r.requested_by AS "requestedBy", r.created_at AS "createdAt", r.updated_at AS "updatedAt", r.finished_at AS "finishedAt"`;
// A caller that is bound sees only roll-outs of its application and environment, and of them only its hospitals' items.
const SEEN = `r.workspace_id = $1 AND ($2::uuid IS NULL OR r.application_id = $2) AND ($3::text IS NULL OR r.environment IS NOT DISTINCT FROM $3)
  AND (NOT $4::boolean OR EXISTS (SELECT 1 FROM rollout_items i WHERE i.workspace_id = r.workspace_id AND i.rollout_id = r.id))`;
const PAGE = `
SELECT ${COLUMNS} FROM rollouts r WHERE ${SEEN} AND ($5::uuid IS NULL OR r.application_id = $5) AND ($6::uuid IS NULL OR r.id < $6)
 ORDER BY r.id DESC LIMIT $7`;
const ITEMS = `
SELECT i.registration_id AS "registrationId", i.tenant_id AS "tenantId", t.name AS "tenantName", e.name AS "ehrName", i.canary, i.way, i.impact,
       i.document_hash AS "documentHash", i.state, i.operation_id AS "operationId", o.status AS "operationStatus", o.waiting->>'reason' AS "waitingFor",
       CASE WHEN o.problem IS NOT NULL THEN jsonb_build_object('code', o.problem->'code', 'title', o.problem->'title') END AS problem
  FROM rollout_items i
  JOIN registrations r ON r.workspace_id = i.workspace_id AND r.id = i.registration_id
  JOIN tenants t ON t.workspace_id = i.workspace_id AND t.id = i.tenant_id
  JOIN ehrs e ON e.workspace_id = i.workspace_id AND e.id = r.ehr_id
  LEFT JOIN operations o ON o.workspace_id = i.workspace_id AND o.id = i.operation_id
 WHERE i.workspace_id = $1 AND i.rollout_id = $2 ORDER BY i.canary DESC, i.registration_id`;
const NEW_ITEMS = {
  workspace_id: 'uuid',
  rollout_id: 'uuid',
  registration_id: 'uuid',
  tenant_id: 'uuid',
  canary: 'boolean',
  way: 'text',
  impact: 'text',
  document_hash: 'text',
  state: 'text',
} as const;

const seenBy = ({ scope }: Transaction) => [
  scope.workspaceId,
  scope.applicationId ?? null,
  scope.environment ?? null,
  scope.tenantIds !== undefined,
];

/** The rows of roll-outs, within the scope of the open transaction. */
export const rolloutRows = {
  async find(tx: Transaction, id: string): Promise<RolloutRow | undefined> {
    const [row] = await tx.query<RolloutRow>(`SELECT ${COLUMNS} FROM rollouts r WHERE ${SEEN} AND r.id = $5`, [...seenBy(tx), id]);
    return row;
  },

  async lock(tx: Transaction, id: string): Promise<RolloutRow | undefined> {
    const [row] = await tx.query<RolloutRow>(`SELECT ${COLUMNS} FROM rollouts r WHERE ${SEEN} AND r.id = $5 FOR UPDATE OF r`, [
      ...seenBy(tx),
      id,
    ]);
    return row;
  },

  /** The application's roll-out that has not ended, whoever asked for it. */
  async lockOpen(tx: Transaction, applicationId: string): Promise<RolloutRow | undefined> {
    // Of two who begin at once, the second sees what the first one made.
    await tx.query('SELECT 1 FROM applications WHERE workspace_id = $1 AND id = $2 FOR UPDATE', [tx.scope.workspaceId, applicationId]);
    const [row] = await tx.query<RolloutRow>(
      `SELECT ${COLUMNS} FROM rollouts r WHERE r.workspace_id = $1 AND r.application_id = $2 AND r.status = ANY ($3) FOR UPDATE OF r`,
      [tx.scope.workspaceId, applicationId, OPEN_ROLLOUTS],
    );
    return row;
  },

  page: (tx: Transaction, applicationId: string | undefined, { limit, after }: PageRequest): Promise<RolloutRow[]> =>
    tx.query<RolloutRow>(PAGE, [...seenBy(tx), applicationId ?? null, after ?? null, limit + 1]),

  items: (tx: Transaction, id: string): Promise<ItemRow[]> => tx.query<ItemRow>(ITEMS, [tx.scope.workspaceId, id]),

  async insert(tx: Transaction, row: RolloutRow, items: readonly PlannedItem[]): Promise<void> {
    await tx.repository(RolloutEntity).insert(row);
    const rows = items.map((item) => ({
      workspace_id: row.workspaceId,
      rollout_id: row.id,
      registration_id: item.registrationId,
      tenant_id: item.tenantId,
      canary: item.canary,
      way: item.way,
      impact: item.impact,
      document_hash: item.documentHash,
      state: 'pending',
    }));
    await insertRows(tx, 'rollout_items', NEW_ITEMS, rows);
  },

  async update(tx: Transaction, row: RolloutRow): Promise<void> {
    const { workspaceId, id, status, stage, forgiven, problem, approvalId, updatedAt, finishedAt } = row;
    await tx.repository(RolloutEntity).update({ workspaceId, id }, { status, stage, forgiven, problem, approvalId, updatedAt, finishedAt });
  },

  /** Where items stand now, by one statement. */
  async settle(
    tx: Transaction,
    id: string,
    items: readonly { readonly registrationId: string; readonly state: ItemState; readonly operationId: string | null }[],
  ): Promise<void> {
    if (items.length === 0) return;
    await tx.query(
      `UPDATE rollout_items r SET state = i.state, operation_id = i.operation_id
         FROM unnest($3::uuid[], $4::text[], $5::uuid[]) AS i (registration_id, state, operation_id)
        WHERE r.workspace_id = $1 AND r.rollout_id = $2 AND r.registration_id = i.registration_id`,
      [
        tx.scope.workspaceId,
        id,
        items.map((item) => item.registrationId),
        items.map((item) => item.state),
        items.map((item) => item.operationId),
      ],
    );
  },
};
