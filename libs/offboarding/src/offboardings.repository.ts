import type { Transaction } from '@registrar/database';
import type { Offboarding, OffboardingCounts, SignedDocument } from './offboarding.js';

const COLUMNS = `o.id, o.tenant_id AS "tenantId", o.status, o.effective_at AS "effectiveAt", o.reason, o.waiver, o.requested_by AS "requestedBy",
  o.started_at AS "startedAt", o.finished_at AS "finishedAt", o.cancelled_at AS "cancelledAt", o.certificate, o.shredded_at AS "shreddedAt",
  o.shredded_by AS "shreddedBy", o.shredding, o.created_at AS "createdAt"`;

/** The rows of off-boardings, within the scope of the open transaction. */
export const offboardingRows = {
  /** The newest of a hospital. */
  async ofTenant(tx: Transaction, tenantId: string): Promise<Offboarding | undefined> {
    const [row] = await tx.query<Offboarding>(
      `SELECT ${COLUMNS} FROM offboardings o WHERE o.workspace_id = $1 AND o.tenant_id = $2 ORDER BY o.created_at DESC, o.id DESC LIMIT 1`,
      [tx.scope.workspaceId, tenantId],
    );
    return row;
  },

  async lock(tx: Transaction, id: string): Promise<Offboarding | undefined> {
    const [row] = await tx.query<Offboarding>(`SELECT ${COLUMNS} FROM offboardings o WHERE o.workspace_id = $1 AND o.id = $2 FOR UPDATE`, [
      tx.scope.workspaceId,
      id,
    ]);
    return row;
  },

  async insert(
    tx: Transaction,
    row: Pick<Offboarding, 'id' | 'tenantId' | 'effectiveAt' | 'reason' | 'waiver' | 'createdAt'>,
  ): Promise<void> {
    await tx.query(
      `INSERT INTO offboardings (workspace_id, id, tenant_id, status, effective_at, reason, waiver, requested_by, request_id, created_at)
       VALUES ($1, $2, $3, 'scheduled', $4, $5, $6, $7::jsonb, $8, $9)`,
      [
        tx.scope.workspaceId,
        row.id,
        row.tenantId,
        row.effectiveAt,
        row.reason,
        row.waiver,
        JSON.stringify(tx.scope.actor),
        tx.scope.requestId,
        row.createdAt,
      ],
    );
  },

  async begin(tx: Transaction, id: string, now: Date): Promise<void> {
    await tx.query(`UPDATE offboardings SET status = 'running', started_at = $3 WHERE workspace_id = $1 AND id = $2`, [
      tx.scope.workspaceId,
      id,
      now,
    ]);
  },

  async certify(tx: Transaction, id: string): Promise<void> {
    await tx.query(`UPDATE offboardings SET status = 'certifying' WHERE workspace_id = $1 AND id = $2`, [tx.scope.workspaceId, id]);
  },

  async cancel(tx: Transaction, id: string, now: Date): Promise<void> {
    await tx.query(`UPDATE offboardings SET status = 'cancelled', cancelled_at = $3 WHERE workspace_id = $1 AND id = $2`, [
      tx.scope.workspaceId,
      id,
      now,
    ]);
  },

  async finish(tx: Transaction, id: string, certificate: SignedDocument, now: Date): Promise<void> {
    await tx.query(
      `UPDATE offboardings SET status = 'done', finished_at = $3, certificate = $4::jsonb WHERE workspace_id = $1 AND id = $2`,
      [tx.scope.workspaceId, id, now, JSON.stringify(certificate)],
    );
  },

  async shred(tx: Transaction, id: string, shredding: SignedDocument, now: Date): Promise<void> {
    await tx.query(
      `UPDATE offboardings SET shredded_at = $3, shredded_by = $4::jsonb, shredding = $5::jsonb WHERE workspace_id = $1 AND id = $2`,
      [tx.scope.workspaceId, id, now, JSON.stringify(tx.scope.actor), JSON.stringify(shredding)],
    );
  },

  /** Where everything of the hospital stands at this moment. */
  async counts(tx: Transaction, tenantId: string): Promise<OffboardingCounts> {
    const [row] = await tx.query<OffboardingCounts>(COUNTS, [tx.scope.workspaceId, tenantId]);
    return row ?? { registrations: 0, ended: 0, clientsDeleted: 0, clientsLeft: 0, attemptsLeft: 0 };
  },

  /** Ids of what has not ended. */
  async open(tx: Transaction, tenantId: string): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      `SELECT id FROM registrations WHERE workspace_id = $1 AND tenant_id = $2 AND status <> 'deregistered' ORDER BY id`,
      [tx.scope.workspaceId, tenantId],
    );
    return rows.map((row) => row.id);
  },
};

const COUNTS = `
SELECT (SELECT count(*)::integer FROM registrations WHERE workspace_id = $1 AND tenant_id = $2) AS registrations,
       (SELECT count(*)::integer FROM registrations WHERE workspace_id = $1 AND tenant_id = $2 AND status = 'deregistered') AS ended,
       (SELECT count(*)::integer FROM clients WHERE workspace_id = $1 AND tenant_id = $2 AND status = 'deleted') AS "clientsDeleted",
       (SELECT count(*)::integer FROM clients WHERE workspace_id = $1 AND tenant_id = $2 AND status = 'orphaned') AS "clientsLeft",
       (SELECT count(*)::integer FROM attempts WHERE workspace_id = $1 AND tenant_id = $2 AND status = 'orphaned') AS "attemptsLeft"`;
