import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openDatabase } from '@registrar/database';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { makeReady, root } from '../apps/launcher/prepare.mjs';
import { adminQuery, withDatabase, withLogin } from './support/connection.js';

const server = inject('server');
const name = `${server.template}_${process.pid}_empty`;
const url = withDatabase(server.adminUrl, name);
const databaseUrl = withLogin(url, 'registrar_app', server.passwords.app);
beforeAll(async () => {
  await makeReady();
  await adminQuery(server.adminUrl, `CREATE DATABASE ${name} OWNER registrar_owner TEMPLATE template0`);
});
afterAll(() => adminQuery(server.adminUrl, `DROP DATABASE ${name} WITH (FORCE)`));

it('of three migrations that start at once exactly one applies, and the app starts on what it made', async () => {
  const env = {
    PATH: process.env.PATH,
    DATABASE_OWNER_URL: withLogin(url, 'registrar_owner', server.passwords.owner),
    DATABASE_URL: databaseUrl,
  };
  const start = (): Promise<{ stdout: string }> => promisify(execFile)(process.execPath, [join(root, 'dist/programs/migrate.js')], { env });
  const said = (await Promise.all([start(), start(), start()])).map(({ stdout }) => stdout.trim()).sort();
  expect(said).toEqual([expect.stringMatching(/^Applied: Workspaces\d+, /), 'The schema is up to date.', 'The schema is up to date.']);
  const rows = await adminQuery<{ n: number; names: number }>(
    url,
    'SELECT count(*)::int AS n, count(DISTINCT name)::int AS names FROM migrations',
  );
  expect(rows).toEqual([{ n: rows[0]?.names, names: rows[0]?.names }]);
  const database = await openDatabase({ url: databaseUrl, poolSize: 1, applicationName: 'migrated' });
  expect(await database.routing('SELECT 1 FROM work_items')).toEqual([]);
  await database.close();
});
