import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SystemClock } from '@registrar/clock';
import { openDatabase } from '@registrar/database';
import { fileKeyEncryptionKey, openVault } from '@registrar/vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, until, type Part, type Stack } from './support/index.js';

// K: a wrong or missing key-encryption key stops a start by its id before anything is written, here with the programs that ship.
let stack: Stack;
let needed: string;
let path: string;
let before: Record<string, unknown>;

beforeAll(async () => {
  stack = await startStack({ sandbox: false });
  await stack.call('POST', '/v1/tenants', { body: { name: 'St. Mary' } });
  for (const part of [stack.api, ...stack.workers]) await part.stop();
  path = join(stack.home, 'kek');
  const kek = fileKeyEncryptionKey(path, { createIfMissing: false });
  needed = kek.id;
  const database = await openDatabase({ url: stack.database.databaseUrl, poolSize: 2, applicationName: 'kek-start-test' });
  const { vault } = await openVault(database, kek, new SystemClock());
  const tenants = await stack.query<{ workspace_id: string; id: string }>('SELECT workspace_id, id FROM tenants');
  for (const { workspace_id: workspaceId, id: tenantId } of tenants) await vault.prepare({ workspaceId, tenantId });
  vault.close();
  await database.close();
  before = await everything();
});
afterAll(() => stack.stop());

/** Every row of every table with the transaction that wrote it and its place, and where every sequence stands. */
async function everything(): Promise<Record<string, unknown>> {
  const tables = await stack.query<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%' ORDER BY 1`,
  );
  const parts = tables.map(
    ({ name }) =>
      `SELECT '${name}' AS name, count(*)::integer AS n, md5(string_agg(xmin::text || ctid::text || t::text, ' ' ORDER BY ctid)) AS md5 FROM ${name} t`,
  );
  const rows = await stack.query<{ name: string; n: number; md5: string }>(`${parts.join(' UNION ALL ')} ORDER BY 1`);
  const sequences = await stack.query(`SELECT schemaname, sequencename, last_value FROM pg_sequences ORDER BY 1, 2`);
  return { rows, sequences };
}

const written = (seen: Record<string, unknown>) => (seen.rows as { name: string; n: number }[]).filter(({ n }) => n > 0);

/** What a start that fails says, and with what status it ends. */
async function refused(part: Part, env: NodeJS.ProcessEnv): Promise<string> {
  const from = part.lines.length;
  await expect(part.restart(env)).rejects.toThrow(`${part.name} ended with 1 before it was ready`);
  expect(await part.ended).toEqual({ code: 1, signal: null });
  return part.lines.slice(from).join('\n');
}

const PRODUCTION = { NODE_ENV: 'production', KEK_FILE: '' };

describe.each([
  ['api', () => stack.api],
  ['worker', () => stack.workers[0] as Part],
])('the %s on a database whose keyring hangs on a key', (_name, part) => {
  it('has rows of keys that would be missed', () => {
    const names = written(before).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['keyring.data_keys', 'keyring.platform_keys', 'public.audit_events', 'public.tenants']));
  });

  it('is not started by another key: the one that is needed is named by its id, no key is shown, nothing is written', async () => {
    const other = join(stack.home, `other-${part().name}`);
    const { id } = fileKeyEncryptionKey(other, { createIfMissing: true });
    const said = await refused(part(), { KEK_FILE: other });
    expect(said).toContain(`needs the key ${needed}`);
    expect(said).toContain(id);
    for (const bytes of [readFileSync(other), readFileSync(path)])
      for (const writing of ['hex', 'base64', 'base64url', 'latin1'] as const) expect(said).not.toContain(bytes.toString(writing));
    expect(await everything()).toEqual(before);
  });

  it('is not started in production without the setting, nor where its file is missing, and no file is made', async () => {
    expect(await refused(part(), PRODUCTION)).toContain('KEK_FILE or KEK is required in production');
    const missing = join(stack.home, 'nowhere', 'kek');
    const said = await refused(part(), { ...PRODUCTION, KEK_FILE: missing });
    expect(said).toContain(missing);
    expect(existsSync(missing)).toBe(false);
    expect(await everything()).toEqual(before);
  });

  it('is not started by a file that others may read, that is cut, or that is empty', async () => {
    const unsafe = join(stack.home, `unsafe-${part().name}`);
    const key = readFileSync(path);
    for (const [bytes, mode, words] of [
      [key, 0o640, 'give it mode 0600'],
      [key, 0o604, 'give it mode 0600'],
      [key.subarray(1), 0o600, '31 bytes'],
      [Buffer.alloc(0), 0o600, '0 bytes'],
    ] as const) {
      writeFileSync(unsafe, bytes);
      chmodSync(unsafe, mode);
      expect(await refused(part(), { ...PRODUCTION, KEK_FILE: unsafe })).toContain(words);
      rmSync(unsafe);
    }
    expect(await everything()).toEqual(before);
  });
});

it('a start with the right key in KEK_PREVIOUS goes on, and is seen to write: keys are wrapped by the new one', async () => {
  const worker = stack.workers[0] as Part;
  await worker.restart({ KEK_FILE: join(stack.home, 'other-worker1'), KEK_PREVIOUS: `file:${path}` });
  await until('the keys to be wrapped anew', async () => JSON.stringify(await everything()) !== JSON.stringify(before));
  await worker.stop();
});
