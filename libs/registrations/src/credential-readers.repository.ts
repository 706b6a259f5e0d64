import type { Transaction } from '@registrar/database';

/** A secret that somebody was shown who was not shown its successor yet. */
export interface ReadersBehind {
  readonly credentialId: string;
  readonly version: number;
  readonly registrationId: string;
  readonly tenantId: string | null;
  /** Who they are, with the names that they had: API keys, mostly. */
  readonly readers: readonly { readonly type: string; readonly id: string; readonly name: string | null }[];
}

/** Notes that the caller is shown this version, with the caller's transaction: before the bytes leave. */
export async function noteReader(tx: Transaction, credentialId: string, tenantId: string, now: Date): Promise<void> {
  const { type, id, name } = tx.scope.actor;
  await tx.query(
    `INSERT INTO credential_readers (workspace_id, credential_id, reader_type, reader_id, tenant_id, name, first_read_at, last_read_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
     ON CONFLICT (workspace_id, credential_id, reader_type, reader_id) DO UPDATE SET last_read_at = EXCLUDED.last_read_at, name = EXCLUDED.name`,
    [tx.scope.workspaceId, credentialId, type, id, tenantId, name ?? null, now],
  );
}

/**
 * Of these versions the ones of which somebody holds the secret and not that of the version that is current now. A version that is
 * not among them leaves nobody behind, and may be retired before its overlap ends.
 */
export function readersBehind(tx: Transaction, previousIds: readonly string[]): Promise<ReadersBehind[]> {
  return tx.query<ReadersBehind>(
    `SELECT p.id AS "credentialId", p.version, p.registration_id AS "registrationId", p.tenant_id AS "tenantId",
            jsonb_agg(jsonb_build_object('type', x.reader_type, 'id', x.reader_id, 'name', x.name) ORDER BY x.last_read_at) AS readers
       FROM credentials p
       JOIN credentials c ON c.workspace_id = $1 AND c.registration_id = p.registration_id AND c.stage = 'current'
       JOIN credential_readers x ON x.workspace_id = $1 AND x.credential_id = p.id
      WHERE p.workspace_id = $1 AND p.id = ANY ($2::uuid[])
        AND NOT EXISTS (SELECT 1 FROM credential_readers y WHERE y.workspace_id = $1 AND y.credential_id = c.id
                           AND y.reader_type = x.reader_type AND y.reader_id = x.reader_id)
      GROUP BY p.id, p.version, p.registration_id, p.tenant_id`,
    [tx.scope.workspaceId, previousIds],
  );
}
