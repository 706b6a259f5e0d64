import { insertRows, type Database, type Transaction } from '@registrar/database';
import { newId } from '@registrar/vault';
import type { StatementKeyRow } from './statement-key.entity.js';

const KIND = 'statement_keys';
const COLUMNS = {
  workspace_id: 'uuid',
  id: 'uuid',
  key_set_id: 'uuid',
  url: 'text',
  alg: 'text',
  public_jwk: 'jsonb',
  signs_from: 'timestamptz',
  created_at: 'timestamptz',
} as const;

export const statementKeyRows = {
  /** Those that are published, the oldest first. */
  published: (tx: Transaction): Promise<StatementKeyRow[]> =>
    tx.query<StatementKeyRow>(
      `SELECT workspace_id AS "workspaceId", id, key_set_id AS "keySetId", url, alg, public_jwk AS "publicJwk", signs_from AS "signsFrom",
              needed_until AS "neededUntil", retired_at AS "retiredAt", created_at AS "createdAt"
         FROM statement_keys WHERE workspace_id = $1 AND retired_at IS NULL ORDER BY created_at, id`,
      [tx.scope.workspaceId],
    ),

  /** Holds everybody else of the workspace who makes a key until the commit. */
  async lock(tx: Transaction): Promise<void> {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('statement_keys:' || $1::text, 0))`, [tx.scope.workspaceId]);
  },

  async insert(tx: Transaction, rows: readonly StatementKeyRow[]): Promise<void> {
    await insertRows(
      tx,
      'statement_keys',
      COLUMNS,
      rows.map((row) => ({
        workspace_id: row.workspaceId,
        id: row.id,
        key_set_id: row.keySetId,
        url: row.url,
        alg: row.alg,
        public_jwk: row.publicJwk,
        signs_from: row.signsFrom,
        created_at: row.createdAt,
      })),
    );
  },

  /** It has signed something that ends then. */
  async neededUntil(tx: Transaction, id: string, until: Date): Promise<void> {
    await tx.query(`UPDATE statement_keys SET needed_until = greatest(needed_until, $3) WHERE workspace_id = $1 AND id = $2`, [
      tx.scope.workspaceId,
      id,
      until,
    ]);
  },

  async retire(tx: Transaction, ids: readonly string[], now: Date): Promise<void> {
    await tx.query(`UPDATE statement_keys SET retired_at = $3 WHERE workspace_id = $1 AND id = ANY ($2::uuid[])`, [
      tx.scope.workspaceId,
      ids,
      now,
    ]);
  },

  /** Has the workspace's keys looked at then, by the business clock; sooner only, while something sooner is to be done. */
  async wake(tx: Transaction, at: Date): Promise<void> {
    await tx.query(
      `INSERT INTO work_items (id, workspace_id, kind, subject_id, budget, due_at, wake_at, created_at)
       VALUES ($1, $2, '${KIND}', $2, 'none', 'infinity', $3, clock_timestamp())
       ON CONFLICT (kind, subject_id) DO UPDATE SET wake_at = excluded.wake_at`,
      [newId(), tx.scope.workspaceId, at],
    );
  },
};

/** Workspaces whose keys are to be looked at: the routing table has no scope. */
export async function workspacesDue(database: Database, now: Date): Promise<string[]> {
  const rows = await database.routing<{ id: string }>(
    `SELECT workspace_id AS id FROM work_items WHERE kind = '${KIND}' AND wake_at <= $1 ORDER BY wake_at LIMIT 100`,
    [now],
  );
  return rows.map(({ id }) => id);
}
