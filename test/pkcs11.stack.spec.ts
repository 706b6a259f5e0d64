import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '@registrar/clock';
import { openDatabase, type Database } from '@registrar/database';
import { Secret } from '@registrar/secret';
import { fileKeyEncryptionKey, kekUses, newId, openKek, openVault, type KeyEncryptionKey } from '@registrar/vault';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeReady, root } from '../apps/launcher/prepare.mjs';
import { testDatabase, type TestDatabase } from './support/database.js';
import { SOFTHSM_WANTED, startSoftHsm, withoutSoftHsm, type SoftHsm } from './support/softhsm.js';

const TENANTS = 60;
/** Beside those of the hospitals, the workspace's own. */
const DATA_KEYS = TENANTS + 1;
const PLATFORM_KEYS = 5;
const clock = new SystemClock();
const subject = { subjectId: newId(), kind: 'client_secret', version: 1 };

describe.skipIf(withoutSoftHsm)(`a vault whose key lies behind PKCS#11${SOFTHSM_WANTED}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'registrar-pkcs11-'));
  const keyFile = join(folder, 'kek');
  const sealed: { readonly workspaceId: string; readonly tenantId: string; readonly bytes: Buffer }[] = [];
  const opened: KeyEncryptionKey[] = [];
  let test: TestDatabase;
  let database: Database;
  let hsm: SoftHsm;

  beforeAll(async () => {
    await makeReady();
    hsm = startSoftHsm();
    hsm.makeKey('kek-2', '02');
    test = await testDatabase();
    database = await openDatabase({ url: test.databaseUrl, poolSize: 8, applicationName: 'pkcs11-test' });
    const workspaceId = newId();
    await test.query('INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, now())', [workspaceId, 'Acme']);
    const tenants = Array.from({ length: TENANTS }, newId);
    await test.query(
      `INSERT INTO tenants (workspace_id, id, name, created_at, updated_at) SELECT $1, t, 'Hospital', now(), now() FROM unnest($2::uuid[]) AS i (t)`,
      [workspaceId, tenants],
    );
    const { vault } = await openVault(database, named('kek'), clock);
    const seal = async (tenantId: string) => {
      const owner = { workspaceId, tenantId };
      sealed.push({ ...owner, bytes: (await vault.prepare(owner)).seal(subject, Secret.of(tenantId)).bytes });
    };
    await Promise.all(tenants.map(seal));
    vault.close();
  });
  afterEach(async () => {
    for (const kek of opened.splice(0)) await kek.close?.();
  });
  afterAll(async () => {
    await database.close();
    await test.drop();
    hsm.stop();
    rmSync(folder, { recursive: true });
  });

  const addressOf = (object: string, pinFile?: string) => hsm.address(`token=registrar;object=${object}`, pinFile);
  const named = (object: string) => {
    const kek = openKek(addressOf(object));
    opened.push(kek);
    return kek;
  };
  const openAll = async (kek: KeyEncryptionKey) => {
    const { vault } = await openVault(database, kek, clock);
    const texts = await Promise.all(sealed.map(async ({ bytes, ...owner }) => (await vault.open(owner, subject, bytes)).expose()));
    vault.close();
    return texts.filter((text, n) => text === sealed[n]?.tenantId).length;
  };
  const keys = (verb: string, settings: Readonly<Record<string, string>>) =>
    new Promise<{ readonly code: number; readonly said: string }>((resolve) => {
      const env = { PATH: process.env.PATH, REGISTRAR_HOME: folder, DATABASE_URL: test.databaseUrl, ...hsm.environment, ...settings };
      execFile(process.execPath, [join(root, 'dist/programs/keys.js'), verb], { env }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), said: stdout + stderr });
      });
    });

  it('starts, seals and opens, and nothing is wrapped by anything else', async () => {
    expect(await openAll(named('kek'))).toBe(TENANTS);
    expect([...new Set((await kekUses(database)).map(({ id, version }) => `${id} ${version}`))]).toEqual([
      'pkcs11:token=registrar;object=kek 1',
    ]);
  });

  it('another key is told by its id, and nothing is written', async () => {
    const before = await test.query('SELECT * FROM keyring.platform_keys ORDER BY purpose');
    await expect(openVault(database, named('kek-2'), clock)).rejects.toMatchObject({
      code: 'vault.kek_wrong',
      message: expect.stringContaining('needs the key pkcs11:token=registrar;object=kek;') as string,
    });
    expect(await test.query('SELECT * FROM keyring.platform_keys ORDER BY purpose')).toEqual(before);
  });

  it('is rewrapped to a file, to another key of the token, and back, by the command that is shipped; each time all opens', async () => {
    fileKeyEncryptionKey(keyFile, { createIfMissing: true });
    const steps = [`file:${keyFile}`, addressOf('kek-2'), addressOf('kek')];
    let before = addressOf('kek');
    for (const address of steps) {
      const kek = openKek(address);
      opened.push(kek);
      expect(await keys('rewrap', { KEK: address, KEK_PREVIOUS: before })).toEqual({
        code: 0,
        said: `${DATA_KEYS + PLATFORM_KEYS} keys were wrapped anew by ${kek.id}.\n`,
      });
      expect(await openAll(kek)).toBe(TENANTS);
      before = address;
    }
  });

  it('a wrong PIN of the key that will wrap refuses the start, also while another one opens everything', async () => {
    const pinFile = join(folder, 'pin');
    writeFileSync(pinFile, '1357924680', { mode: 0o600 });
    const said = await keys('status', { KEK: addressOf('kek-2', pinFile), KEK_PREVIOUS: addressOf('kek') });
    expect(said).toMatchObject({ code: 1, said: expect.stringContaining('C_Login answered CKR_PIN_INCORRECT') as string });
    expect(said.said).not.toContain('1357924680');
  });

  it('a key of the same name in another token of the same name is told as a wrong one at the start', async () => {
    const other = startSoftHsm();
    try {
      const said = await keys('status', { KEK: addressOf('kek'), ...other.environment });
      expect(said).toMatchObject({ code: 1, said: expect.stringContaining('does not open what a key of that name wrapped') as string });
    } finally {
      other.stop();
    }
  });
});
