import type { PageRequest, Transaction } from '@registrar/database';
import { LessThan, type FindOptionsWhere } from 'typeorm';
import type { EhrFilter } from './ehr.js';
import { EhrEntity, type EhrRow } from './ehr.entity.js';

/** The rows of EHRs, within the scope of the open transaction. */
export const ehrRows = {
  find: (tx: Transaction, id: string): Promise<EhrRow | null> =>
    tx.repository(EhrEntity).findOneBy({ workspaceId: tx.scope.workspaceId, id }),

  lock: (tx: Transaction, id: string): Promise<EhrRow | null> =>
    tx.repository(EhrEntity).findOne({ where: { workspaceId: tx.scope.workspaceId, id }, lock: { mode: 'pessimistic_write' } }),

  page(tx: Transaction, filter: EhrFilter, request: PageRequest): Promise<EhrRow[]> {
    const where: FindOptionsWhere<EhrEntity> = { workspaceId: tx.scope.workspaceId };
    const environment = filter.environment ?? tx.scope.environment;
    if (environment !== undefined) where.environment = environment;
    if (filter.vendor !== undefined) where.vendor = filter.vendor;
    if (filter.status !== undefined) where.status = filter.status;
    if (filter.tenantId !== undefined) where.tenantId = filter.tenantId;
    if (request.after !== undefined) where.id = LessThan(request.after);
    return tx.repository(EhrEntity).find({ where, order: { id: 'DESC' }, take: request.limit + 1 });
  },

  async insert(tx: Transaction, row: EhrRow): Promise<void> {
    await tx.repository(EhrEntity).insert(row);
  },

  async update(tx: Transaction, row: EhrRow): Promise<void> {
    const { workspaceId, id, ...values } = row;
    await tx.repository(EhrEntity).update({ workspaceId, id }, values);
  },

  async tenantExists(tx: Transaction, tenantId: string): Promise<boolean> {
    const rows = await tx.query('SELECT 1 FROM tenants WHERE workspace_id = $1 AND id = $2', [tx.scope.workspaceId, tenantId]);
    return rows.length > 0;
  },

  async hasRegistrations(tx: Transaction, ehrId: string): Promise<boolean> {
    const rows = await tx.query('SELECT 1 FROM registrations WHERE workspace_id = $1 AND ehr_id = $2 LIMIT 1', [
      tx.scope.workspaceId,
      ehrId,
    ]);
    return rows.length > 0;
  },

  /** Removes the EHR with what hangs on it. Initial access tokens and software statements pass on to another EHR of the same server, if there is one. */
  async remove(tx: Transaction, row: EhrRow): Promise<void> {
    const of = [tx.scope.workspaceId, row.id] as const;
    for (const table of PASSED_ON) await tx.query(passOn(table), [...of, row.authorizationServerId]);
    await tx.query(DELETE_SECRETS, of);
    for (const table of [...PASSED_ON, 'application_overrides', 'connections'])
      await tx.query(`DELETE FROM ${table} WHERE workspace_id = $1 AND ehr_id = $2`, of);
    await tx.query('DELETE FROM ehrs WHERE workspace_id = $1 AND id = $2', of);
  },
};

const PASSED_ON = ['initial_access_tokens', 'software_statements'];
const passOn = (table: string): string => `
UPDATE ${table} t SET ehr_id = heir.id
  FROM (SELECT id FROM ehrs WHERE workspace_id = $1 AND authorization_server_id = $3 AND id <> $2 ORDER BY id LIMIT 1) heir
 WHERE t.workspace_id = $1 AND t.ehr_id = $2`;
const DELETE_SECRETS = `
DELETE FROM secrets WHERE workspace_id = $1
   AND subject_id IN (SELECT id FROM initial_access_tokens WHERE workspace_id = $1 AND ehr_id = $2
                      UNION ALL SELECT id FROM software_statements WHERE workspace_id = $1 AND ehr_id = $2)`;
