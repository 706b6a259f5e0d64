import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '@registrar/clock';
import { openDatabase, type Database, type Transaction, type UnitOfWork } from '@registrar/database';
import { Secret } from '@registrar/secret';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../test/support/database.js';
import { fileKeyEncryptionKey, findSecret, newId, openVault, shredTenantKeys, storeSecrets, type Vault } from './index.js';

const clock = new SystemClock();
const [workspaceId, tenantId] = [newId(), newId()];
const scope: UnitOfWork = { workspaceId, actor: { type: 'system', id: 'test' }, requestId: 'test' };
const owner = { workspaceId, tenantId };
const KIND = 'registration_access_token';
const folder = mkdtempSync(join(tmpdir(), 'registrar-rollback-'));
let test: TestDatabase;
let database: Database;
let vault: Vault;

beforeAll(async () => {
  test = await testDatabase();
  await test.query('INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, now())', [workspaceId, 'Acme']);
  const values = [workspaceId, tenantId, 'Hospital'];
  await test.query('INSERT INTO tenants (workspace_id, id, name, created_at, updated_at) VALUES ($1, $2, $3, now(), now())', values);
  database = await openDatabase({ url: test.databaseUrl, poolSize: 4, applicationName: 'rollback-test' });
  ({ vault } = await openVault(database, fileKeyEncryptionKey(join(folder, 'kek'), { createIfMissing: true }), clock));
});
afterAll(async () => {
  vault.close();
  await database.close();
  await test.drop();
  rmSync(folder, { recursive: true });
});

/** A token of two versions, of which the first was replaced, and what a backup from before holds of it. */
async function replaced() {
  const subjectId = newId();
  const store = async (version: number, text: string) => {
    const at = { subjectId, kind: KIND, version };
    const sealed = (await vault.prepare(owner)).seal(at, Secret.of(text));
    await database.transaction(scope, (tx) => storeSecrets(tx, [{ ...owner, ...at, sealed }], clock.now()));
  };
  await store(1, 'old');
  const [backup] = await test.query<{ key_id: string; sealed: Buffer }>('SELECT key_id, sealed FROM secrets WHERE subject_id = $1', [
    subjectId,
  ]);
  await store(2, 'new');
  await test.query('DELETE FROM secrets WHERE subject_id = $1 AND version = 1', [subjectId]);
  /** What a process opens whose own row says that this version is in use. */
  const opened = async (version: number): Promise<string | undefined> => {
    const sealed = await database.transaction(scope, (tx: Transaction) => findSecret(tx, subjectId, KIND, version));
    return sealed && (await vault.open(owner, { subjectId, kind: KIND, version }, sealed.bytes)).expose();
  };
  const restore = (version: number) =>
    test.query(
      `INSERT INTO secrets (workspace_id, tenant_id, subject_id, kind, version, key_id, sealed, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, now())
       ON CONFLICT (workspace_id, subject_id, kind, version) DO UPDATE SET key_id = EXCLUDED.key_id, sealed = EXCLUDED.sealed`,
      [workspaceId, tenantId, subjectId, KIND, version, backup?.key_id, backup?.sealed],
    );
  return { subjectId, opened, restore };
}

describe('a sealed value from a backup of before (T16)', () => {
  it('is not what a row gets that names a later version: its version is bound', async () => {
    const { opened, restore } = await replaced();
    await restore(1);
    expect(await opened(2)).toBe('new');
  });

  it('does not open in the place of the later version', async () => {
    const { opened, restore } = await replaced();
    await restore(2);
    await expect(opened(2)).rejects.toMatchObject({ code: 'vault.integrity' });
  });

  it('opens together with a row of before that names its version, which no seal can tell; the later one’s fingerprint is left and tells', async () => {
    const { subjectId, opened, restore } = await replaced();
    await restore(1);
    await test.query('DELETE FROM secrets WHERE subject_id = $1 AND version = 2', [subjectId]);
    expect(await opened(1)).toBe('old');
    const later = await test.query<{ version: number; fingerprint: Buffer }>(
      `SELECT f.version, f.fingerprint FROM secret_fingerprints f WHERE f.subject_id = $1 AND f.version >
         (SELECT max(s.version) FROM secrets s WHERE s.workspace_id = f.workspace_id AND s.subject_id = f.subject_id AND s.kind = f.kind)`,
      [subjectId],
    );
    expect(later.map(({ version }) => version)).toEqual([2]);
    expect(later[0]?.fingerprint.equals(await vault.fingerprint(workspaceId, Secret.of('new')))).toBe(true);
    // Only whoever owns the tables takes that away: the app's own role may not.
    await expect(
      database.transaction(scope, (tx) => tx.query('DELETE FROM secret_fingerprints WHERE subject_id = $1', [subjectId])),
    ).rejects.toThrow();
  });

  it('opens no more once its hospital was shredded, whatever is restored of the data', async () => {
    const { opened, restore } = await replaced();
    await database.transaction(scope, (tx) => shredTenantKeys(tx, tenantId));
    const keys = await test.query<{ id: string }>('SELECT id FROM keyring.data_keys WHERE tenant_id = $1', [tenantId]);
    vault.forget(
      owner,
      keys.map(({ id }) => id),
    );
    await restore(1);
    await expect(opened(1)).rejects.toMatchObject({ code: 'vault.key_missing' });
  });
});
