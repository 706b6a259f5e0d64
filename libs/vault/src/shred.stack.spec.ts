import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@registrar/clock';
import { Notifications, openDatabase, type Database } from '@registrar/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../test/support/database.js';
import { until } from '../../../test/support/part.js';
import { newId } from './id.js';
import { fileKeyEncryptionKey } from './kek-file.js';
import { KeyPurge } from './key-purge.js';
import { openVault } from './open-vault.js';
import { shredTenantKeys, tenantKeyIds } from './shred.js';
import type { Vault } from './vault.js';

let test: TestDatabase;
let database: Database;
let notifications: Notifications;
const home = mkdtempSync(join(tmpdir(), 'registrar-shred-'));
const vaults: Vault[] = [];
beforeAll(async () => {
  test = await testDatabase();
  database = await openDatabase({ url: test.databaseUrl, poolSize: 4, applicationName: 'shred' });
  const kek = fileKeyEncryptionKey(join(home, 'kek'), { createIfMissing: true });
  // As two processes have them: each with a cache of its own.
  for (let each = 0; each < 2; each += 1)
    vaults.push((await openVault(database, kek, new ManualClock(new Date('2026-11-26T09:00:00Z')))).vault);
  notifications = new Notifications(test.databaseUrl);
  for (const vault of vaults) await new KeyPurge(notifications, vault).start();
});
afterAll(async () => {
  for (const vault of vaults) vault.close();
  await notifications.close();
  await database.close();
  await test.drop();
  rmSync(home, { recursive: true, force: true });
});

it('what was sealed for a tenant is opened by no process any more once its keys are shredded, and it gets no new key (T19)', async () => {
  const [workspaceId, gone, stays] = [newId(), newId(), newId()];
  await test.query('INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, now())', [workspaceId, 'w']);
  await test.query(
    `INSERT INTO tenants (workspace_id, id, name, created_at, updated_at) SELECT $1, unnest($2::uuid[]), 't', now(), now()`,
    [workspaceId, [gone, stays]],
  );
  const subject = { subjectId: newId(), kind: 'client_secret', version: 1 };
  const seal = async (tenantId: string) => (await vaults[0]?.prepare({ workspaceId, tenantId }))?.seal(subject, Buffer.from('value')).bytes;
  const sealed = new Map([
    [gone, await seal(gone)],
    [stays, await seal(stays)],
  ]);
  const open = (vault: Vault, tenantId: string) =>
    vault.openBytes({ workspaceId, tenantId }, subject, sealed.get(tenantId) ?? Buffer.alloc(0)).then(
      (bytes) => bytes.toString(),
      (error: unknown) => (error as { code?: string }).code,
    );
  for (const vault of vaults) expect([await open(vault, gone), await open(vault, stays)]).toEqual(['value', 'value']);
  await database.transaction({ workspaceId, actor: { type: 'system', id: 'test' }, requestId: 'shred' }, async (tx) => {
    expect(await tenantKeyIds(tx, gone)).toHaveLength(1);
    await shredTenantKeys(tx, gone);
  });
  for (const vault of vaults) {
    await until('the key to be let go of', async () => (await open(vault, gone)) === 'vault.key_missing');
    expect(await open(vault, stays)).toBe('value');
    await expect(vault.prepare({ workspaceId, tenantId: gone })).rejects.toMatchObject({ code: 'vault.key_missing' });
  }
  expect(await test.query('SELECT status, wrapped FROM keyring.data_keys WHERE tenant_id = $1', [gone])).toEqual([
    { status: 'shredded', wrapped: null },
  ]);
});
