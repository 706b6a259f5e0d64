import type { PageRequest, Transaction } from '@registrar/database';
import { LessThan, Not, type FindOptionsWhere } from 'typeorm';
import { InitialAccessTokenEntity, type InitialAccessTokenRow } from './initial-access-token.entity.js';

/** The rows of initial access tokens, within the scope of the open transaction. */
export const tokenRows = {
  page(tx: Transaction, authorizationServerId: string, request: PageRequest): Promise<InitialAccessTokenRow[]> {
    const where: FindOptionsWhere<InitialAccessTokenEntity> = {
      workspaceId: tx.scope.workspaceId,
      authorizationServerId,
      status: Not('deleted'),
    };
    if (request.after !== undefined) where.id = LessThan(request.after);
    return tx.repository(InitialAccessTokenEntity).find({ where, order: { id: 'DESC' }, take: request.limit + 1 });
  },

  async insert(tx: Transaction, row: InitialAccessTokenRow): Promise<void> {
    await tx.repository(InitialAccessTokenEntity).insert(row);
  },

  /** The row stays, because attempts name it; the sealed value goes. @returns the row that was deleted. */
  async remove(tx: Transaction, authorizationServerId: string, id: string): Promise<InitialAccessTokenRow | undefined> {
    const where = { workspaceId: tx.scope.workspaceId, authorizationServerId, id, status: Not('deleted' as const) };
    const row = await tx.repository(InitialAccessTokenEntity).findOne({ where, lock: { mode: 'pessimistic_write' } });
    if (!row) return undefined;
    await tx.repository(InitialAccessTokenEntity).update({ workspaceId: row.workspaceId, id }, { status: 'deleted' });
    await tx.query('DELETE FROM secrets WHERE workspace_id = $1 AND subject_id = $2', [row.workspaceId, id]);
    return row;
  },
};
