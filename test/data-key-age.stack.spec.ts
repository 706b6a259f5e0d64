import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@registrar/clock';
import { openDatabase, type Database } from '@registrar/database';
import { Secret } from '@registrar/secret';
import {
  fileKeyEncryptionKey,
  KekRing,
  newId,
  openVault,
  resealAll,
  shredTenantKeys,
  storeSecrets,
  succeedOld,
  type KeyOwner,
  type Vault,
} from '@registrar/vault';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyringUpkeep } from '../apps/worker/src/keyring-upkeep.js';
import { SEALED_PLACES } from '../apps/worker/src/sealed-places.js';
import { testDatabase, type TestDatabase } from './support/database.js';

const clock = new ManualClock(new Date());
const folder = mkdtempSync(join(tmpdir(), 'registrar-key-age-'));
const kek = fileKeyEncryptionKey(join(folder, 'kek'), { createIfMissing: true });
const workspaceId = newId();
const scope = { workspaceId, actor: { type: 'system', id: 'test' }, requestId: 'test' } as const;
let test: TestDatabase;
let database: Database;
let vault: Vault;

beforeAll(async () => {
  test = await testDatabase();
  await test.query('INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, now())', [workspaceId, 'Acme']);
  database = await openDatabase({ url: test.databaseUrl, poolSize: 8, applicationName: 'key-age-test' });
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
const reseal = () => resealAll({ database, vault, clock, places: SEALED_PLACES });
const KIND = 'client_secret';

/** Stores that many secrets, each of which is the id of its subject. */
async function filled(owner: KeyOwner, count: number, by = vault): Promise<string[]> {
  const sealer = await by.prepare(owner);
  const subjects = Array.from({ length: count }, () => newId());
  const rows = subjects.map((subjectId) => {
    const subject = { subjectId, kind: KIND, version: 1 };
    return { ...owner, ...subject, sealed: sealer.seal(subject, Secret.of(subjectId)) };
  });
  await database.transaction(scope, (tx) => storeSecrets(tx, rows, clock.now()));
  return subjects;
}
/** How many of them open to what they were, for somebody who has no key in hand yet. */
async function opened(owner: KeyOwner, subjects: readonly string[]): Promise<number> {
  const { vault: fresh } = await openVault(database, kek, clock);
  const rows = await test.query<{ subject_id: string; sealed: Buffer }>(
    'SELECT subject_id, sealed FROM secrets WHERE subject_id = ANY ($1)',
    [subjects],
  );
  const texts = await Promise.all(
    rows.map(async (row) => (await fresh.open(owner, { subjectId: row.subject_id, kind: KIND, version: 1 }, row.sealed)).expose()),
  );
  return texts.filter((text, n) => text === rows[n]?.subject_id).length;
}
const generations = async ({ tenantId }: KeyOwner) =>
  (await test.query<{ status: string }>('SELECT status FROM keyring.data_keys WHERE tenant_id = $1 ORDER BY generation', [tenantId])).map(
    ({ status }) => status,
  );

describe('a data key that has sealed for a year', () => {
  const DAY = 86_400_000;
  const upkeep = () => keyringUpkeep({ database, vault, clock, kek: new KekRing(kek), logger: pino({ level: 'silent' }), days: 365 });
  const look = async () => {
    for (const each of upkeep()) await each.look();
  };
  const count = async (status: string) =>
    (await test.query(`SELECT 1 FROM keyring.data_keys WHERE purpose = 'seal' AND status = $1`, [status])).length;

  it('gets a successor by the workers’ upkeep and not a day before, and what it sealed is sealed anew', async () => {
    const owner = await hospital();
    const subjects = await filled(owner, 30);
    clock.advance(364 * DAY);
    await look();
    expect(await generations(owner)).toEqual(['active']);
    const younger = await hospital();
    await filled(younger, 1);
    clock.advance(DAY);
    await look();
    expect(await generations(owner)).toEqual(['retiring', 'active']);
    expect(await generations(younger)).toEqual(['active']);
    expect(await opened(owner, subjects)).toBe(30);
    clock.advance(900_000);
    await look();
    expect(await generations(owner)).toEqual(['retired', 'active']);
    clock.advance(364 * DAY - 900_000);
    await look();
    expect(await generations(owner)).toEqual(['retired', 'active']);
    expect(await generations(younger)).toContain('active');
    clock.advance(DAY);
    await look();
    expect(await generations(owner)).toEqual(['retired', 'retiring', 'active']);
  });

  it('is one of twenty at a look; two workers at once make one successor, and one key that fails holds up no other', async () => {
    const owners = await Promise.all(Array.from({ length: 25 }, () => hospital()));
    for (const owner of owners) await filled(owner, 1);
    await settle();
    clock.advance(370 * DAY);
    const due = Number((await test.query<{ n: string }>('SELECT count(*) AS n FROM keyring.sealing_keys'))[0]?.n);
    expect(due).toBeGreaterThan(25);
    const old = { database, vault, clock, days: 365 };
    await test.query('CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION $x$refused$x$; END $$');
    await test.query(
      `CREATE TRIGGER refuse BEFORE UPDATE ON keyring.data_keys FOR EACH ROW
         WHEN (old.tenant_id = '${owners[0]?.tenantId ?? ''}' AND new.status = 'retiring') EXECUTE FUNCTION refuse()`,
    );
    const before = await count('retiring');
    await expect(succeedOld(old)).rejects.toThrow();
    expect((await count('retiring')) - before).toBe(19);
    await test.query('DROP FUNCTION refuse() CASCADE');
    await Promise.all([succeedOld(old), succeedOld(old)]);
    while ((await succeedOld(old)) > 0);
    for (const owner of owners) expect(await generations(owner)).toEqual(['retiring', 'active']);
    expect((await count('retiring')) - before).toBe(due);
  });

  it('is also one that a process of before made beside the migration: whoever seals with it notes it', async () => {
    const owner = await hospital();
    await filled(owner, 1);
    const noted = () => test.query('SELECT created_at FROM keyring.sealing_keys WHERE tenant_id = $1', [owner.tenantId]);
    const made = await noted();
    await test.query('DELETE FROM keyring.sealing_keys WHERE tenant_id = $1', [owner.tenantId]);
    const { vault: fresh } = await openVault(database, kek, clock);
    await filled(owner, 1, fresh);
    fresh.close();
    expect(await noted()).toEqual(made);
  });

  it('is no key of a hospital that was shredded (T19)', async () => {
    const owner = await hospital();
    await filled(owner, 1);
    await database.transaction(scope, (tx) => shredTenantKeys(tx, owner.tenantId));
    expect(await test.query('SELECT 1 FROM keyring.sealing_keys WHERE tenant_id = $1', [owner.tenantId])).toEqual([]);
    clock.advance(400 * DAY);
    await settle();
    expect(await generations(owner)).toEqual(['shredded']);
  });

  /** Until nothing is old and nothing is on its way. */
  async function settle(): Promise<void> {
    while ((await succeedOld({ database, vault, clock, days: 365 })) > 0);
    clock.advance(900_000);
    await reseal();
  }
});
