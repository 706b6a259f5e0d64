import type { Transaction } from '@registrar/database';
import type { CheckpointedHead } from './checkpoint.js';

/** How many are kept beside those that are a chain's last. */
export const KEPT = 1_000;

/** A checkpoint as it is kept. */
export interface StoredCheckpoint {
  readonly n: number;
  readonly at: Date;
  readonly jws: string;
  readonly sha256: string;
}

interface Row extends Omit<StoredCheckpoint, 'n'> {
  readonly n: string;
}

const COLUMNS = 'n, at, jws, sha256';
const stored = ({ n, ...row }: Row): StoredCheckpoint => ({ ...row, n: Number(n) });

/** The rows of checkpoints, within the scope of the open transaction. */
export const checkpointRows = {
  /** The heads that have moved since they were last in one, in the order of their ids. */
  async moved(tx: Transaction, limit: number): Promise<CheckpointedHead[]> {
    const rows = await tx.query<{ chain_id: string; seq: string; mac: Buffer }>(
      `SELECT c.chain_id, c.seq, c.mac FROM audit_chains c LEFT JOIN audit_checkpointed d ON d.workspace_id = c.workspace_id AND d.chain_id = c.chain_id
        WHERE c.workspace_id = $1 AND c.seq <> coalesce(d.seq, 0) ORDER BY c.chain_id LIMIT $2`,
      [tx.scope.workspaceId, limit],
    );
    return rows.map(({ chain_id, seq, mac }) => ({ chainId: chain_id, seq: Number(seq), mac: mac.toString('hex') }));
  },

  async last(tx: Transaction): Promise<StoredCheckpoint | undefined> {
    const [row] = await tx.query<Row>(`SELECT ${COLUMNS} FROM audit_checkpoints WHERE workspace_id = $1 ORDER BY n DESC LIMIT 1`, [
      tx.scope.workspaceId,
    ]);
    return row && stored(row);
  },

  /** @returns false where another worker has made that one. */
  async insert(tx: Transaction, { n, at, jws, sha256 }: StoredCheckpoint, heads: readonly CheckpointedHead[]): Promise<boolean> {
    const rows = await tx.query(
      `INSERT INTO audit_checkpoints (workspace_id, n, at, jws, sha256) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING n`,
      [tx.scope.workspaceId, n, at, jws, sha256],
    );
    if (rows.length === 0) return false;
    await tx.query(
      `INSERT INTO audit_checkpointed (workspace_id, chain_id, seq, n) SELECT $1, chain_id, seq, $2 FROM unnest($3::uuid[], $4::bigint[]) AS i (chain_id, seq)
       ON CONFLICT (workspace_id, chain_id) DO UPDATE SET seq = EXCLUDED.seq, n = EXCLUDED.n`,
      [tx.scope.workspaceId, n, heads.map((head) => head.chainId), heads.map((head) => head.seq)],
    );
    return true;
  },

  async unsent(tx: Transaction, limit: number): Promise<StoredCheckpoint[]> {
    const rows = await tx.query<Row>(
      `SELECT ${COLUMNS} FROM audit_checkpoints WHERE workspace_id = $1 AND sent_at IS NULL ORDER BY n LIMIT $2`,
      [tx.scope.workspaceId, limit],
    );
    return rows.map(stored);
  },

  async sent(tx: Transaction, upTo: number, now: Date): Promise<void> {
    await tx.query(`UPDATE audit_checkpoints SET sent_at = $3 WHERE workspace_id = $1 AND n <= $2 AND sent_at IS NULL`, [
      tx.scope.workspaceId,
      upTo,
      now,
    ]);
  },

  /** Lets go of what was sent, but the newest `kept` and the last one of each chain: the others are where they were sent. */
  async prune(tx: Transaction, kept: number): Promise<void> {
    await tx.query(
      `DELETE FROM audit_checkpoints c WHERE workspace_id = $1 AND sent_at IS NOT NULL
          AND n <= (SELECT max(n) FROM audit_checkpoints WHERE workspace_id = $1) - $2
          AND NOT EXISTS (SELECT 1 FROM audit_checkpointed d WHERE d.workspace_id = c.workspace_id AND d.n = c.n)`,
      [tx.scope.workspaceId, kept],
    );
  },

  async all(tx: Transaction): Promise<StoredCheckpoint[]> {
    const rows = await tx.query<Row>(`SELECT ${COLUMNS} FROM audit_checkpoints WHERE workspace_id = $1 ORDER BY n`, [tx.scope.workspaceId]);
    return rows.map(stored);
  },
};
