import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Secret } from '@registrar/secret';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.js';

let parent: string;
let home: string;
let started: EmbeddedPostgres[] = [];
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'registrar embedded '));
  chmodSync(parent, 0o755);
  home = join(parent, 'a space', '.registrar');
});
afterEach(async () => {
  await Promise.all(started.map((server) => server.stop()));
  rmSync(parent, { recursive: true });
  started = [];
});

async function start(say?: (line: string) => void): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ home, ...(say ? { say } : {}) });
  started.push(server);
  return server;
}

async function query(url: Secret, text: string): Promise<unknown[][]> {
  const client = new Client({ connectionString: url.expose() });
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

it('gives a Postgres 18 with two roles that cannot pass by row security, durable, and its folder private', async () => {
  const server = await start();
  const roles = await query(
    server.databaseUrl,
    `SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname LIKE 'registrar\\_%' AND rolcanlogin ORDER BY 1`,
  );
  expect(roles).toEqual([
    ['registrar_app', false, false, false, false],
    ['registrar_owner', false, false, false, true],
  ]);
  const [settings] = await query(
    server.databaseUrl,
    `SELECT current_setting('server_version_num')::int / 10000, current_setting('fsync'), current_setting('synchronous_commit'),
            current_setting('max_connections'), current_setting('listen_addresses')`,
  );
  expect(settings).toEqual([18, 'on', 'on', '200', '127.0.0.1']);
  await query(server.databaseOwnerUrl, 'CREATE TABLE made_by_owner (id int)');
  await expect(query(server.databaseUrl, 'CREATE TABLE made_by_app (id int)')).rejects.toThrow(/permission denied/);
  expect(statSync(join(home, 'postgres', 'cluster.json')).mode & 0o777).toBe(0o600);
  expect(statSync(join(home, 'postgres', 'data')).mode & 0o777).toBe(0o700);
});

it('refuses a wrong password', async () => {
  const server = await start();
  const wrong = new Client({ connectionString: `postgresql://registrar_app:wrong@127.0.0.1:${server.port}/registrar` });
  await expect(wrong.connect()).rejects.toThrow(/password authentication failed/);
});

it('keeps the data over a stop and a start, and says when it is in use', async () => {
  const first = await start();
  await query(first.databaseOwnerUrl, 'CREATE TABLE kept (id int)');
  await expect(start()).rejects.toMatchObject({ code: 'embedded.home_in_use' });
  await first.stop();
  await first.stop();
  const second = await start();
  expect(await query(second.databaseOwnerUrl, 'SELECT count(*)::int FROM kept')).toEqual([[0]]);
});

it('comes back after a kill -9 of the server with what was committed', async () => {
  const first = await start();
  await query(first.databaseOwnerUrl, 'CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)');
  process.kill(first.pid, 'SIGKILL');
  await first.exited;
  await first.stop();
  const second = await start();
  expect(await query(second.databaseOwnerUrl, 'SELECT id FROM kept')).toEqual([[1]]);
});

it('stops the server that a killed run left behind, and starts its own', async () => {
  const first = await start();
  const lock = join(home, 'postgres', 'lock');
  // What a kill -9 of the parent leaves: a server that runs, and a lock whose holder is gone.
  writeFileSync(lock, '999999999 1 gone');
  const second = await start();
  expect(second.pid).not.toBe(first.pid);
  await first.exited;
  expect(await query(second.databaseUrl, 'SELECT 1')).toEqual([[1]]);
});

it('starts over a postmaster.pid whose number belongs to a stranger by now, and leaves the stranger alone', async () => {
  const first = await start();
  await first.stop();
  const pidFile = join(home, 'postgres', 'data', 'postmaster.pid');
  writeFileSync(pidFile, `${process.pid}\n${join(home, 'postgres', 'data')}\n1\n5432\n\n127.0.0.1\n\nready\n`);
  const second = await start();
  expect(await query(second.databaseUrl, 'SELECT 1')).toEqual([[1]]);
});

it('begins anew where the first start was killed in the middle of initdb', async () => {
  mkdirSync(join(home, 'postgres', 'data.half', 'base'), { recursive: true });
  const server = await start();
  expect(await query(server.databaseUrl, 'SELECT 1')).toEqual([[1]]);
  expect(readdirSync(join(home, 'postgres'))).not.toContain('data.half');
});

it('moves a data folder aside that is not whole, says so, and deletes nothing', async () => {
  await (await start()).stop();
  const folder = join(home, 'postgres');
  renameSync(join(folder, 'data', 'PG_VERSION'), join(folder, 'data', 'PG_VERSION.lost'));
  const said: string[] = [];
  await start((line) => said.push(line));
  expect(said.join()).toContain('data.unusable-1');
  expect(readdirSync(join(folder, 'data.unusable-1'))).toContain('PG_VERSION.lost');
});

it('refuses a data folder of another major version in words', async () => {
  await (await start()).stop();
  writeFileSync(join(home, 'postgres', 'data', 'PG_VERSION'), '17\n');
  await expect(start()).rejects.toThrow(/was made by Postgres 17; this is Postgres 18/);
});
