import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '@registrar/clock';
import { openDatabase, type Database } from '@registrar/database';
import { Secret } from '@registrar/secret';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeReady, root } from '../apps/launcher/prepare.mjs';
import { testDatabase, type TestDatabase } from './support/database.js';
import { until } from './support/part.js';
import { startTransit, type TransitServer } from './support/transit-server.js';
import { fileKeyEncryptionKey, KekRing, newId, openKek, openVault, type KeyEncryptionKey, type Vault } from '@registrar/vault';

const WORKSPACES = 10;
const TENANTS = 1_000;
/** Each hospital's own, and one of each workspace, which keyed fingerprints are made with. */
const DATA_KEYS = TENANTS + WORKSPACES;
const clock = new SystemClock();
const folder = mkdtempSync(join(tmpdir(), 'registrar-rewrap-'));
const [oldFile, tokenFile] = [join(folder, 'kek'), join(folder, 'token')];
const workspaces = Array.from({ length: WORKSPACES }, newId);
const subject = { subjectId: newId(), kind: 'client_secret', version: 1 };
const sealed: { readonly workspaceId: string; readonly tenantId: string; readonly bytes: Buffer }[] = [];

let test: TestDatabase;
let database: Database;
let transit: TransitServer;
let old: KeyEncryptionKey;

beforeAll(async () => {
  await makeReady();
  test = await testDatabase();
  writeFileSync(tokenFile, 'test-token');
  transit = await startTransit('test-token');
  old = fileKeyEncryptionKey(oldFile, { createIfMissing: true });
  database = await openDatabase({ url: test.databaseUrl, poolSize: 8, applicationName: 'rewrap-test' });
  for (const id of workspaces) await test.query('INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, now())', [id, 'Acme']);
  const owners = Array.from({ length: TENANTS }, (_, n) => ({ workspaceId: workspaces[n % WORKSPACES] ?? '', tenantId: newId() }));
  await test.query(
    `INSERT INTO tenants (workspace_id, id, name, created_at, updated_at) SELECT w, t, 'Hospital', now(), now() FROM unnest($1::uuid[], $2::uuid[]) AS i (w, t)`,
    [owners.map(({ workspaceId }) => workspaceId), owners.map(({ tenantId }) => tenantId)],
  );
  const { vault } = await openVault(database, old, clock);
  for (let first = 0; first < TENANTS; first += 50)
    await Promise.all(
      owners.slice(first, first + 50).map(async (owner) => {
        const sealer = await vault.prepare(owner);
        sealed.push({ ...owner, bytes: sealer.seal(subject, Secret.of(owner.tenantId)).bytes });
      }),
    );
  vault.close();
});
afterAll(async () => {
  await database.close();
  await transit.stop();
  await test.drop();
  rmSync(folder, { recursive: true });
});

const fresh = () => openKek(`transit:${transit.url}/transit/registrar`, tokenFile);
const environment = () => ({
  ...{ PATH: process.env.PATH, REGISTRAR_HOME: folder, DATABASE_URL: test.databaseUrl },
  ...{ KEK: `transit:${transit.url}/transit/registrar`, KEK_PREVIOUS: `file:${oldFile}`, KEK_TOKEN_FILE: tokenFile },
});
const COMMAND = join(root, 'dist/programs/keys.js');
const keys = (...given: string[]) =>
  new Promise<{ readonly code: number; readonly said: string }>((resolve) => {
    execFile(process.execPath, [COMMAND, ...given], { env: environment() }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), said: stdout + stderr });
    });
  });
const wrappedBy = async (id: string) =>
  (await test.query<{ n: number }>('SELECT count(*)::integer AS n FROM keyring.data_keys WHERE kek_id = $1', [id]))[0]?.n ?? 0;
/** Opens what these tenants sealed, by a vault that has nothing in hand yet. */
async function openAll(kek: KeyEncryptionKey, which = sealed): Promise<number> {
  const { vault } = await openVault(database, kek, clock);
  let opened = 0;
  for (const { bytes, ...owner } of which) if ((await opens(vault, owner, bytes)) === owner.tenantId) opened += 1;
  vault.close();
  return opened;
}
const opens = async (vault: Vault, owner: { readonly workspaceId: string; readonly tenantId: string }, bytes: Buffer) =>
  (await vault.open(owner, subject, bytes)).expose();

it('a rewrap that is killed leaves every key openable, and the old key-encryption key in use', async () => {
  const running = spawn(process.execPath, [COMMAND, 'rewrap'], { env: environment(), stdio: 'ignore' });
  await until('some keys are wrapped anew', async () => (await wrappedBy(fresh().id)) >= 100);
  running.kill('SIGKILL');
  await once(running, 'exit');
  const [done, left] = [await wrappedBy(fresh().id), await wrappedBy(old.id)];
  expect({ done: done >= 100, left: left > 0, all: done + left }).toEqual({ done: true, left: true, all: DATA_KEYS });
  expect(
    await openAll(
      new KekRing(fresh(), [old]),
      sealed.filter((_, n) => n % 10 === 0),
    ),
  ).toBe(TENANTS / 10);
  expect(await keys('retire', old.id)).toMatchObject({ code: 1, said: expect.stringMatching(/wraps keys of \d+ workspaces?/) as string });
});

it(`goes on where it ended, under load, with no failed read among ${TENANTS} tenants; then the old key is retired`, async () => {
  let [reads, over] = [0, false];
  const ring = new KekRing(fresh(), [old]);
  const reading = Array.from({ length: 3 }, async (_, reader) => {
    while (!over) reads += await openAll(ring, sealed.slice(reader * 20, reader * 20 + 20));
  });
  const again = await keys('rewrap');
  over = true;
  await Promise.all(reading);
  expect(again).toMatchObject({ code: 0, said: expect.stringMatching(/^\d+ keys were wrapped anew by transit:/) as string });
  expect([await wrappedBy(fresh().id), await wrappedBy(old.id), reads % 20]).toEqual([DATA_KEYS, 0, 0]);
  expect(reads).toBeGreaterThan(0);
  expect(await keys('retire', old.id)).toMatchObject({ code: 0, said: expect.stringContaining('Nothing is wrapped by') as string });
  expect(await keys('rewrap')).toMatchObject({ code: 0, said: expect.stringMatching(/^0 keys/) as string });
  expect(await openAll(fresh())).toBe(TENANTS);
});

it('whoever starts with the retired key alone is told which one is needed, and writes nothing', async () => {
  const before = await test.query('SELECT * FROM keyring.platform_keys ORDER BY purpose');
  await expect(openVault(database, old, clock)).rejects.toMatchObject({
    code: 'vault.kek_wrong',
    message: expect.stringContaining(fresh().id) as string,
  });
  expect(await test.query('SELECT * FROM keyring.platform_keys ORDER BY purpose')).toEqual(before);
});

it('a rotated version of the same key is rewrapped to as well, and the earlier version cannot be retired before', async () => {
  transit.rotate();
  const [own] = await test.query<{ n: number }>('SELECT count(*)::integer AS n FROM keyring.platform_keys');
  expect(await keys('retire', fresh().id, '1')).toMatchObject({
    code: 1,
    said: expect.stringContaining('version 1 wraps keys of 10 workspaces, and the platform’s own') as string,
  });
  expect(await keys('rewrap')).toMatchObject({
    code: 0,
    said: expect.stringMatching(new RegExp(`^${DATA_KEYS + (own?.n ?? 0)} keys`)) as string,
  });
  expect(await keys('status')).toMatchObject({
    said: expect.stringMatching(/version 2\.\n.* version 2: keys of 10 workspaces, and the platform’s own\n$/) as string,
  });
  expect(await keys('retire', fresh().id, '1')).toMatchObject({ code: 0 });
});
