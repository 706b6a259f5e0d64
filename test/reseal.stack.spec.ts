import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@registrar/clock';
import { openDatabase, publicId, type Database } from '@registrar/database';
import { Secret } from '@registrar/secret';
import { fileKeyEncryptionKey, newId, openVault, resealAll, shredTenantKeys, storeSecrets, type Vault } from '@registrar/vault';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeReady, root } from '../apps/launcher/prepare.mjs';
import { SEALED_PLACES } from '../apps/worker/src/sealed-places.js';
import { testDatabase, type TestDatabase } from './support/database.js';
import { until } from './support/part.js';

const clock = new ManualClock(new Date());
const folder = mkdtempSync(join(tmpdir(), 'registrar-reseal-'));
const kek = fileKeyEncryptionKey(join(folder, 'kek'), { createIfMissing: true });
const workspaceId = newId();
const scope = { workspaceId, actor: { type: 'system', id: 'test' }, requestId: 'test' } as const;
let test: TestDatabase;
let database: Database;
let vault: Vault;

beforeAll(async () => {
  await makeReady();
  test = await testDatabase();
  await test.query('INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, now())', [workspaceId, 'Acme']);
  database = await openDatabase({ url: test.databaseUrl, poolSize: 8, applicationName: 'reseal-test' });
  ({ vault } = await openVault(database, kek, clock));
});
afterAll(async () => {
  vault.close();
  await database.close();
  await test.drop();
  rmSync(folder, { recursive: true });
});

async function hospital(): Promise<{ readonly workspaceId: string; readonly tenantId: string }> {
  const tenantId = newId();
  const values = [workspaceId, tenantId, 'Hospital'];
  await test.query('INSERT INTO tenants (workspace_id, id, name, created_at, updated_at) VALUES ($1, $2, $3, now(), now())', values);
  return { workspaceId, tenantId };
}
type Owner = Awaited<ReturnType<typeof hospital>> | { readonly workspaceId: string };
const reseal = () => resealAll({ database, vault, clock, places: SEALED_PLACES });
const KIND = 'client_secret';

/** Stores that many secrets, each of which is the id of its subject. */
async function filled(owner: Owner, count: number, by = vault): Promise<string[]> {
  const sealer = await by.prepare(owner);
  const subjects = Array.from({ length: count }, () => newId());
  const rows = subjects.map((subjectId) => {
    const subject = { subjectId, kind: KIND, version: 1 };
    return { ...owner, ...subject, sealed: sealer.seal(subject, Secret.of(subjectId)) };
  });
  await database.transaction(scope, (tx) => storeSecrets(tx, rows, clock.now()));
  return subjects;
}
/** How many of them open to what they were, for somebody who has no key in hand yet, and by how many keys they are sealed. */
async function opened(owner: Owner, subjects: readonly string[]): Promise<{ readonly opened: number; readonly keys: number }> {
  const { vault: fresh } = await openVault(database, kek, clock);
  const rows = await test.query<{ subject_id: string; key_id: string; sealed: Buffer }>(
    'SELECT subject_id, key_id, sealed FROM secrets WHERE subject_id = ANY ($1)',
    [subjects],
  );
  const texts = await Promise.all(
    rows.map(async (row) => (await fresh.open(owner, { subjectId: row.subject_id, kind: KIND, version: 1 }, row.sealed)).expose()),
  );
  return { opened: texts.filter((text, n) => text === rows[n]?.subject_id).length, keys: new Set(rows.map((row) => row.key_id)).size };
}
const generations = async (owner: Owner) =>
  (
    await test.query<{ status: string }>(
      `SELECT status FROM keyring.data_keys WHERE subject_key = $1 AND purpose = 'seal' ORDER BY generation`,
      ['tenantId' in owner ? owner.tenantId : owner.workspaceId],
    )
  ).map(({ status }) => status);

describe('npm run keys -- rotate-data-key', () => {
  const env = { PATH: process.env.PATH, REGISTRAR_HOME: folder, DATABASE_URL: '', KEK_FILE: join(folder, 'kek') };
  const command = (...given: string[]) =>
    spawn(process.execPath, [join(root, 'dist/programs/keys.js'), ...given], { env: { ...env, DATABASE_URL: test.databaseUrl } });
  const said = async (...given: string[]): Promise<string> => {
    const child = command(...given);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await once(child, 'close');
    return text;
  };

  it('goes on where it ended when it is killed in between', async () => {
    const owner = { workspaceId };
    const subjects = await filled(owner, 250);
    const sealer = await vault.prepare(owner);
    const pooled = newId();
    const { keyId, bytes } = sealer.seal({ subjectId: pooled, kind: 'private_key', version: 1 }, Buffer.from('pooled'));
    const row = [workspaceId, pooled, 'ES384', '{}', keyId, bytes];
    await test.query(
      'INSERT INTO pooled_keys (workspace_id, id, alg, public_jwk, key_id, sealed, created_at) VALUES ($1, $2, $3, $4, $5, $6, now())',
      row,
    );
    // The last place is held: the command has sealed the secrets anew when it comes to it.
    const holder = new Client({ connectionString: test.databaseAdminUrl });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE pooled_keys IN ACCESS EXCLUSIVE MODE');
    const running = command('rotate-data-key', publicId('ws', workspaceId));
    const closed = once(running, 'close');
    const anew = async () =>
      (await test.query('SELECT 1 FROM secrets WHERE subject_id = ANY ($1) AND key_id <> $2', [subjects, keyId])).length;
    await until('the secrets to be sealed anew', async () => (await anew()) === 250, 60_000);
    running.kill('SIGKILL');
    await closed;
    await holder.query('ROLLBACK');
    await holder.end();
    expect(await generations(owner)).toEqual(['retiring', 'active']);
    expect(await said('reseal')).toMatch(/^1 values were sealed anew; 0 keys are retired\. 1 still/);
    expect(await opened(owner, subjects)).toEqual({ opened: 250, keys: 1 });
    const [last] = await test.query<{ sealed: Buffer; key_id: string }>('SELECT sealed, key_id FROM pooled_keys WHERE id = $1', [pooled]);
    expect(last?.key_id).not.toBe(keyId);
    const plain = await vault.openBytes(owner, { subjectId: pooled, kind: 'private_key', version: 1 }, last?.sealed ?? Buffer.alloc(0));
    expect(plain.toString()).toBe('pooled');
  });

  it('takes a hospital by its public id, and says so where there is none', async () => {
    const owner = await hospital();
    const subjects = await filled(owner, 3);
    const id = publicId('ten', owner.tenantId);
    expect(await said('rotate-data-key', id)).toMatch(new RegExp(`^${id} has a new data key\\.\\n3 values were sealed anew`));
    expect(await opened(owner, subjects)).toEqual({ opened: 3, keys: 1 });
    expect(await said('rotate-data-key', publicId('ten', newId()))).toContain('There is no hospital');
  });
});

describe('a data key that gets a successor', () => {
  beforeAll(async () => {
    // Those of before, by a command with the time of day, are retired.
    clock.advance(86_400_000);
    await reseal();
    expect(await test.query('SELECT 1 FROM keyring.retiring_keys')).toEqual([]);
  });

  it('has whatever it sealed sealed anew, a hundred at a time, and is retired when nothing is sealed by it and nobody works with it', async () => {
    const owner = await hospital();
    const subjects = await filled(owner, 250);
    const { vault: slow } = await openVault(database, kek, clock);
    await slow.prepare(owner);
    await vault.succeed(owner);
    // Another process has the earlier key in hand, and has not heard.
    const late = await filled(owner, 3, slow);
    expect(await opened(owner, [...subjects, ...late])).toEqual({ opened: 253, keys: 1 });
    subjects.push(...(await filled(owner, 5)), ...late);
    expect(await opened(owner, subjects)).toEqual({ opened: 258, keys: 2 });

    expect(await reseal()).toEqual({ values: 253, retired: 0, left: 1 });
    expect(await opened(owner, subjects)).toEqual({ opened: 258, keys: 1 });
    subjects.push(...(await filled(owner, 2, slow)));
    clock.advance(900_000);
    expect(await reseal()).toEqual({ values: 2, retired: 1, left: 0 });
    expect(await opened(owner, subjects)).toEqual({ opened: 260, keys: 1 });
    expect(await generations(owner)).toEqual(['retired', 'active']);
    expect(await reseal()).toEqual({ values: 0, retired: 0, left: 0 });
  });

  it('is not retired while a value is left that does not open or that somebody holds, and the others do not wait for it', async () => {
    const owner = await hospital();
    const subjects = await filled(owner, 120);
    await test.query(`UPDATE secrets SET sealed = set_byte(sealed, 90, get_byte(sealed, 90) # 1) WHERE subject_id = $1`, [subjects[3]]);
    await vault.succeed(owner);
    clock.advance(900_000);
    const holder = new Client({ connectionString: test.databaseAdminUrl });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM secrets WHERE subject_id = $1 FOR UPDATE', [subjects[7]]);
    expect(await reseal()).toEqual({ values: 118, retired: 0, left: 1 });
    await holder.query('COMMIT');
    await holder.end();
    expect(await reseal()).toEqual({ values: 1, retired: 0, left: 1 });
    await test.query('DELETE FROM secrets WHERE subject_id = $1', [subjects[3]]);
    expect(await reseal()).toEqual({ values: 0, retired: 1, left: 0 });
    expect(await opened(owner, subjects)).toEqual({ opened: 119, keys: 1 });
  });

  it('is one successor, however many ask for it at once, and every process seals by it', async () => {
    const owner = await hospital();
    await filled(owner, 1);
    const vaults = await Promise.all(Array.from({ length: 5 }, async () => (await openVault(database, kek, clock)).vault));
    const before = new Set(await Promise.all(vaults.map(async (each) => (await each.prepare(owner)).keyId)));
    const first = [...before][0] ?? '';
    await Promise.all(vaults.map((each) => each.succeed(owner, first)));
    expect(await generations(owner)).toEqual(['retiring', 'active']);
    for (const each of vaults) each.renew(owner);
    const after = new Set(await Promise.all(vaults.map(async (each) => (await each.prepare(owner)).keyId)));
    expect([before.size, after.size, after.has(first)]).toEqual([1, 1, false]);
  });

  it('comes by itself at the limit of seals; the counter never says less than was sealed', async () => {
    const owner = await hospital();
    const { vault: counting } = await openVault(database, kek, clock, { sealLimit: 3_000 });
    const subject = { subjectId: newId(), kind: KIND, version: 1 };
    const keys = new Map<string, number>();
    for (let n = 0; n < 4_500; n += 1) {
      const sealer = await counting.prepare(owner);
      sealer.seal(subject, Buffer.from('value'));
      keys.set(sealer.keyId, (keys.get(sealer.keyId) ?? 0) + 1);
    }
    expect([...keys.values()]).toEqual([3_000, 1_500]);
    const counted = await test.query<{ id: string; seals: string }>('SELECT id, seals FROM keyring.data_keys WHERE tenant_id = $1', [
      owner.tenantId,
    ]);
    for (const { id, seals } of counted) expect(Number(seals)).toBeGreaterThanOrEqual(keys.get(id) ?? 0);
    expect(await generations(owner)).toEqual(['retiring', 'active']);
  });

  it('is shredded with all generations, also while a successor is being made (T19)', async () => {
    for (let round = 0; round < 10; round += 1) {
      const owner = await hospital();
      const subjects = await filled(owner, 2);
      if (round % 2 === 0) await vault.succeed(owner);
      await Promise.all([
        vault.succeed(owner).catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'vault.key_missing' });
        }),
        database.transaction(scope, (tx) => shredTenantKeys(tx, owner.tenantId)),
      ]);
      const left = await test.query('SELECT 1 FROM keyring.data_keys WHERE tenant_id = $1 AND (wrapped IS NOT NULL OR status <> $2)', [
        owner.tenantId,
        'shredded',
      ]);
      expect(left).toEqual([]);
      expect(await test.query('SELECT 1 FROM secrets WHERE subject_id = ANY ($1)', [subjects])).toEqual([]);
      const { vault: fresh } = await openVault(database, kek, clock);
      await expect(fresh.prepare(owner)).rejects.toMatchObject({ code: 'vault.key_missing' });
    }
    expect(
      await test.query('SELECT 1 FROM keyring.retiring_keys r JOIN keyring.data_keys k ON k.id = r.key_id WHERE k.wrapped IS NULL'),
    ).toEqual([]);
  });
});

describe('the places that hold sealed values', () => {
  it('are all known: every column of bytes beside one that names a key', async () => {
    const rows = await test.query<{ name: string }>(
      `SELECT DISTINCT b.table_name || '.' || b.column_name AS name FROM information_schema.columns b
         JOIN information_schema.columns k ON k.table_schema = b.table_schema AND k.table_name = b.table_name AND k.column_name LIKE '%key_id'
        WHERE b.data_type = 'bytea' AND b.table_schema = 'public' AND k.data_type = 'uuid' ORDER BY 1`,
    );
    // MACs of the audit chain, whose key has no successor, and the hash of an API key.
    const sealed = rows.map(({ name }) => name).filter((name) => !/^audit_|^api_key_index/.test(name));
    expect(sealed).toEqual(SEALED_PLACES.map((place) => `${place.table}.${place.sealed}`).sort());
  });
});
