import type { Transaction } from '@registrar/database';

/** Somebody who was shown a secret: an API key, by its name. */
export interface CredentialReader {
  readonly id: string;
  readonly name: string | null;
  readonly lastReadAt: Date;
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
 * Who was shown the version that is about to be retired, and not its successor yet. Empty: nobody is left behind, and it may
 * be retired before its overlap ends.
 */
export function readersBehind(tx: Transaction, previousId: string, currentId: string): Promise<CredentialReader[]> {
  return tx.query<CredentialReader>(
    `SELECT p.reader_id AS id, p.name, p.last_read_at AS "lastReadAt" FROM credential_readers p
      WHERE p.workspace_id = $1 AND p.credential_id = $2
        AND NOT EXISTS (SELECT 1 FROM credential_readers c WHERE c.workspace_id = $1 AND c.credential_id = $3
                           AND c.reader_type = p.reader_type AND c.reader_id = p.reader_id)
      ORDER BY p.last_read_at DESC`,
    [tx.scope.workspaceId, previousId, currentId],
  );
}
