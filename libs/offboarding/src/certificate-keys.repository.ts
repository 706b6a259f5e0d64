import type { Transaction } from '@registrar/database';
import type { CertificateKeyEntity } from './certificate-key.entity.js';

/** A row as plain data. */
export type CertificateKeyRow = Pick<CertificateKeyEntity, keyof CertificateKeyEntity>;

export const certificateKeyRows = {
  /** The workspace's one. */
  async find(tx: Transaction): Promise<CertificateKeyRow | undefined> {
    const [row] = await tx.query<CertificateKeyRow>(
      `SELECT workspace_id AS "workspaceId", id, url, alg, public_jwk AS "publicJwk", created_at AS "createdAt" FROM certificate_keys WHERE workspace_id = $1`,
      [tx.scope.workspaceId],
    );
    return row;
  },

  /** @returns false where another process has made one. */
  async insert(tx: Transaction, row: CertificateKeyRow): Promise<boolean> {
    const rows = await tx.query(
      `INSERT INTO certificate_keys (workspace_id, id, url, alg, public_jwk, created_at) VALUES ($1, $2, $3, $4, $5::jsonb, $6)
       ON CONFLICT (workspace_id) DO NOTHING RETURNING id`,
      [row.workspaceId, row.id, row.url, row.alg, JSON.stringify(row.publicJwk), row.createdAt],
    );
    return rows.length > 0;
  },
};
