import { insertRows, type PageRequest, type Transaction } from '@registrar/database';
import { LessThan, Not, type FindOptionsWhere } from 'typeorm';
import { SoftwareStatementEntity, type SoftwareStatementRow } from './software-statement.entity.js';

const COLUMNS = {
  workspace_id: 'uuid',
  id: 'uuid',
  authorization_server_id: 'uuid',
  ehr_id: 'uuid',
  environment: 'text',
  tenant_id: 'uuid',
  application_id: 'uuid',
  origin: 'text',
  iss: 'text',
  jti: 'text',
  software_id: 'text',
  alg: 'text',
  signature: 'text',
  claims: 'jsonb',
  digest: 'text',
  pinned_origin: 'text',
  expires_at: 'timestamptz',
  created_at: 'timestamptz',
} as const;

/** The rows of software statements, within the scope of the open transaction. */
export const statementRows = {
  page(tx: Transaction, authorizationServerId: string, request: PageRequest): Promise<SoftwareStatementRow[]> {
    const where: FindOptionsWhere<SoftwareStatementEntity> = {
      workspaceId: tx.scope.workspaceId,
      authorizationServerId,
      status: Not('deleted'),
    };
    if (tx.scope.applicationId !== undefined) where.applicationId = tx.scope.applicationId;
    if (request.after !== undefined) where.id = LessThan(request.after);
    return tx.repository(SoftwareStatementEntity).find({ where, order: { id: 'DESC' }, take: request.limit + 1 });
  },

  async insert(tx: Transaction, row: SoftwareStatementRow): Promise<void> {
    await insertRows(tx, 'software_statements', COLUMNS, [
      {
        ...row,
        workspace_id: row.workspaceId,
        authorization_server_id: row.authorizationServerId,
        ehr_id: row.ehrId,
        tenant_id: row.tenantId,
        application_id: row.applicationId,
        software_id: row.softwareId,
        pinned_origin: row.pinnedOrigin,
        expires_at: row.expiresAt,
        created_at: row.createdAt,
      },
    ]);
  },

  /** The row stays, because attempts name it; its claims and the sealed text go. @returns the row as it was. */
  async remove(tx: Transaction, authorizationServerId: string, id: string): Promise<SoftwareStatementRow | undefined> {
    const own = tx.scope.applicationId === undefined ? {} : { applicationId: tx.scope.applicationId };
    const where = { workspaceId: tx.scope.workspaceId, authorizationServerId, id, status: Not('deleted' as const), ...own };
    const row = await tx.repository(SoftwareStatementEntity).findOne({ where, lock: { mode: 'pessimistic_write' } });
    if (!row) return undefined;
    await tx.query(`UPDATE software_statements SET status = 'deleted', claims = '{}' WHERE workspace_id = $1 AND id = $2`, [
      row.workspaceId,
      id,
    ]);
    await tx.query('DELETE FROM secrets WHERE workspace_id = $1 AND subject_id = $2', [row.workspaceId, id]);
    return row;
  },

  /** The one application whose newest revision has this software id; undefined where none or several have. */
  async applicationOf(tx: Transaction, softwareId: string): Promise<string | undefined> {
    const rows = await tx.query<{ id: string }>(
      `SELECT a.id FROM applications a JOIN application_revisions r ON r.workspace_id = a.workspace_id AND r.application_id = a.id AND r.number = a.current_revision
        WHERE a.workspace_id = $1 AND r.client_metadata->>'software_id' = $2 LIMIT 2`,
      [tx.scope.workspaceId, softwareId],
    );
    return rows.length === 1 ? rows[0]?.id : undefined;
  },
};
