import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '@registrar/database';
import { testDatabase, type TestDatabase } from './database.js';

let one: TestDatabase;
let other: TestDatabase;
beforeAll(async () => {
  [one, other] = await Promise.all([testDatabase(), testDatabase()]);
});
afterAll(async () => {
  await Promise.all([one.drop(), other.drop()]);
});

it('gives each file a migrated database of its own', async () => {
  const id = '01930000-0000-7000-8000-000000000000';
  await one.query('INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, now())', [id, 'one']);
  expect(await one.query('SELECT name FROM workspaces')).toEqual([{ name: 'one' }]);
  expect(await other.query('SELECT name FROM workspaces')).toEqual([]);
});

it('its app role is one that a start accepts, its owner role one that a start refuses', async () => {
  const database = await openDatabase({ url: one.databaseUrl, poolSize: 1, applicationName: 'test' });
  await database.close();
  await expect(openDatabase({ url: one.databaseOwnerUrl, poolSize: 1, applicationName: 'test' })).rejects.toMatchObject({
    code: 'database.role',
  });
});
