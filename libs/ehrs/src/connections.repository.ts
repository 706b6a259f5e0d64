import type { Environment, PageRequest, Transaction } from '@registrar/database';
import { LessThan, Raw, type FindOperator, type FindOptionsWhere } from 'typeorm';
import { ConnectionEntity, type ConnectionRow } from './connection.entity.js';
import type { ConnectionFilter } from './connection.js';

/** The rows of connections, within the scope of the open transaction. */
export const connectionRows = {
  find: (tx: Transaction, id: string): Promise<ConnectionRow | null> =>
    tx.repository(ConnectionEntity).findOneBy({ workspaceId: tx.scope.workspaceId, id }),

  lock: (tx: Transaction, id: string): Promise<ConnectionRow | null> =>
    tx.repository(ConnectionEntity).findOne({ where: { workspaceId: tx.scope.workspaceId, id }, lock: { mode: 'pessimistic_write' } }),

  at: (tx: Transaction, tenantId: string, ehrId: string): Promise<ConnectionRow | null> =>
    tx.repository(ConnectionEntity).findOneBy({ workspaceId: tx.scope.workspaceId, tenantId, ehrId }),

  page(tx: Transaction, filter: ConnectionFilter, request: PageRequest): Promise<ConnectionRow[]> {
    const where: FindOptionsWhere<ConnectionEntity> = { workspaceId: tx.scope.workspaceId };
    if (filter.tenantId !== undefined) where.tenantId = filter.tenantId;
    if (filter.ehrId !== undefined) where.ehrId = filter.ehrId;
    else if (tx.scope.environment !== undefined) where.ehrId = inEnvironment(tx.scope.workspaceId, tx.scope.environment);
    if (filter.externalId !== undefined) where.externalId = filter.externalId;
    if (request.after !== undefined) where.id = LessThan(request.after);
    return tx.repository(ConnectionEntity).find({ where, order: { id: 'DESC' }, take: request.limit + 1 });
  },

  async insert(tx: Transaction, row: ConnectionRow): Promise<boolean> {
    const result = await tx.repository(ConnectionEntity).createQueryBuilder().insert().values(row).orIgnore().returning('id').execute();
    return (result.raw as unknown[]).length > 0;
  },

  async update(tx: Transaction, row: ConnectionRow): Promise<void> {
    const { workspaceId, id, ...values } = row;
    await tx.repository(ConnectionEntity).update({ workspaceId, id }, values);
  },

  async remove(tx: Transaction, row: ConnectionRow): Promise<void> {
    await tx.repository(ConnectionEntity).delete({ workspaceId: row.workspaceId, id: row.id });
  },

  async hasRegistrations(tx: Transaction, connectionId: string): Promise<boolean> {
    const rows = await tx.query('SELECT 1 FROM registrations WHERE workspace_id = $1 AND connection_id = $2 LIMIT 1', [
      tx.scope.workspaceId,
      connectionId,
    ]);
    return rows.length > 0;
  },
};

function inEnvironment(workspaceId: string, environment: Environment): FindOperator<string> {
  const ehrs = 'SELECT e.id FROM ehrs e WHERE e.workspace_id = :workspaceId AND e.environment = :environment';
  return Raw((column) => `${column} IN (${ehrs})`, { workspaceId, environment }) as FindOperator<string>;
}
