import { insertRows, type Transaction } from '@registrar/database';
import type { Sealed } from './vault.js';

/** One sealed value to be stored: the table `secrets` is the only one that holds credentials. */
export interface SecretRow {
  readonly workspaceId: string;
  readonly tenantId?: string;
  readonly subjectId: string;
  readonly kind: string;
  readonly version: number;
  readonly sealed: { readonly keyId: string; readonly bytes: Uint8Array; readonly fingerprint?: Uint8Array };
}

const COLUMNS = {
  workspace_id: 'uuid',
  subject_id: 'uuid',
  kind: 'text',
  version: 'integer',
  tenant_id: 'uuid',
  key_id: 'uuid',
  sealed: 'bytea',
  created_at: 'timestamptz',
} as const;

const FINGERPRINTS = {
  workspace_id: 'uuid',
  subject_id: 'uuid',
  kind: 'text',
  version: 'integer',
  fingerprint: 'bytea',
  created_at: 'timestamptz',
} as const;

/** Stores sealed values with the caller's transaction, and the fingerprints of those that are secrets, in one round trip. */
export async function storeSecrets(tx: Transaction, secrets: readonly SecretRow[], now: Date): Promise<void> {
  const rows = secrets.map((secret) => ({
    workspace_id: secret.workspaceId,
    subject_id: secret.subjectId,
    kind: secret.kind,
    version: secret.version,
    tenant_id: secret.tenantId,
    key_id: secret.sealed.keyId,
    sealed: secret.sealed.bytes,
    created_at: now,
  }));
  const fingerprints = secrets.flatMap(({ workspaceId, subjectId, kind, version, sealed: { fingerprint } }) =>
    fingerprint === undefined ? [] : [{ workspace_id: workspaceId, subject_id: subjectId, kind, version, fingerprint, created_at: now }],
  );
  await tx.all([
    insertRows(tx, 'secrets', COLUMNS, rows),
    insertRows(tx, 'secret_fingerprints', FINGERPRINTS, fingerprints, 'ON CONFLICT DO NOTHING'),
  ]);
}

/** Reads one sealed value; undefined where there is none. */
export async function findSecret(tx: Transaction, subjectId: string, kind: string, version: number): Promise<Sealed | undefined> {
  const [row] = await tx.query<{ key_id: string; sealed: Buffer }>(
    'SELECT key_id, sealed FROM secrets WHERE subject_id = $1 AND kind = $2 AND version = $3',
    [subjectId, kind, version],
  );
  return row && { keyId: row.key_id, bytes: row.sealed };
}

/** Destroys sealed values that are of no use any more, by one statement. What is not there is passed over. */
export async function destroySecrets(tx: Transaction, spent: readonly Pick<SecretRow, 'subjectId' | 'kind' | 'version'>[]): Promise<void> {
  if (spent.length === 0) return;
  await tx.prepared(
    `DELETE FROM secrets s USING unnest($1::uuid[], $2::text[], $3::integer[]) AS i (subject_id, kind, version)
      WHERE s.workspace_id = $4 AND s.subject_id = i.subject_id AND s.kind = i.kind AND s.version = i.version`,
    [spent.map((one) => one.subjectId), spent.map((one) => one.kind), spent.map((one) => one.version), tx.scope.workspaceId],
  );
}
