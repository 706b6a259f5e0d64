import type { Transaction } from '@registrar/database';
import { StatementKeyEntity, type StatementKeyRow } from './statement-key.entity.js';

export const statementKeyRows = {
  all: (tx: Transaction): Promise<StatementKeyRow[]> =>
    tx.repository(StatementKeyEntity).find({ where: { workspaceId: tx.scope.workspaceId }, order: { createdAt: 'ASC', id: 'ASC' } }),

  /** Holds everybody else of the workspace who makes a key until the commit. */
  async lock(tx: Transaction): Promise<void> {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('statement_keys:' || $1::text, 0))`, [tx.scope.workspaceId]);
  },

  async insert(tx: Transaction, row: StatementKeyRow): Promise<void> {
    await tx.repository(StatementKeyEntity).insert(row);
  },
};
