import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileKeyEncryptionKey } from '@registrar/vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataKeyBinding } from '../libs/vault/src/data-keys.js';
import { hostileHouse, type HostileHouse } from './hostile/hostile-house.js';
import { until, type Part, type Stack } from './support/index.js';

let house: HostileHouse;
let stack: Stack;
let keys: { readonly name: string; readonly bytes: Buffer }[];

const fileOf = (pid: number) => join(tmpdir(), `registrar-heap-${pid}`);
// Preloaded: at a signal the process writes its heap down, as a debugger would.
const DUMPS = `data:text/javascript,${encodeURIComponent(
  `import{writeHeapSnapshot as w}from'node:v8';import{renameSync as r}from'node:fs';import{tmpdir as t}from'node:os';
process.on('SIGUSR2',()=>{const f=t()+'/registrar-heap-'+process.pid;w(f+'.part');r(f+'.part',f)})`,
)}`;

beforeAll(async () => {
  house = await hostileHouse({ NODE_OPTIONS: `--import ${DUMPS}` });
  ({ stack } = house);
  // The worker seals a secret by the hospital's key, and the api opens it.
  const { id, status } = await (await house.place('heap')).register();
  const { key } = await house.create<{ id: string; key: string }>('/v1/api-keys', { name: 'service', role: 'service' });
  const shown = await stack.call('POST', `/v1/registrations/${id}/reveal`, { key, body: { reason: 'the service starts up once more' } });
  expect([status, shown.status]).toEqual(['active', 200]);
  keys = await everyKey();
});
afterAll(() => house.stop());

/** Every key of the keyring, opened here by the same key-encryption key, and that one itself. */
async function everyKey() {
  const path = join(stack.home, 'kek');
  const kek = fileKeyEncryptionKey(path, { createIfMissing: false });
  const data = await stack.query<{
    workspace_id: string;
    tenant_id: string | null;
    id: string;
    purpose: 'seal' | 'audit';
    kek_id: string;
    wrapped: Buffer;
  }>('SELECT workspace_id, tenant_id, id, purpose, kek_id, wrapped FROM keyring.data_keys');
  const platform = await stack.query<{ id: string; purpose: string; kek_id: string; wrapped: Buffer }>(
    'SELECT * FROM keyring.platform_keys',
  );
  const open = async (name: string, row: { kek_id: string; wrapped: Buffer }, binding: readonly string[]) => ({
    name,
    bytes: await kek.unwrap({ kekId: row.kek_id, kekVersion: 1, bytes: row.wrapped }, binding),
  });
  return Promise.all([
    Promise.resolve({ name: 'the key-encryption key', bytes: readFileSync(path) }),
    ...data.map((row) => open(`data key, ${row.purpose}`, row, dataKeyBinding(row.workspace_id, row.tenant_id ?? '', row.id, row.purpose))),
    ...platform.map((row) => open(`platform key, ${row.purpose}`, row, ['registrar/v1 platform key', row.purpose, row.id])),
  ]);
}

async function snapshotOf(part: Part): Promise<Buffer> {
  const file = fileOf(part.pid);
  try {
    await part.kill('SIGUSR2');
    await until('the snapshot', () => existsSync(file), 120_000);
    return readFileSync(file);
  } finally {
    rmSync(file, { force: true });
  }
}

/** How bytes may be written in a text, each by its first half: a cut one counts too. */
function writings(bytes: Buffer): Buffer[] {
  const half = bytes.subarray(0, 16);
  const texts = [
    half.toString('hex'),
    half.toString('hex').toUpperCase(),
    half.toString('base64').slice(0, 21),
    half.toString('base64url').slice(0, 21),
  ];
  const decimal = [...half].join(',');
  const escaped = JSON.stringify(half.toString('latin1')).slice(1, -1);
  return [half, ...[...texts, decimal, escaped, half.toString('latin1')].map((text) => Buffer.from(text, 'utf8'))];
}

it('there are keys to be looked for: of the platform, the workspace’s two, and the one above them', () => {
  const names = keys.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(['the key-encryption key', 'data key, seal', 'data key, audit', 'platform key, checkpoint']),
  );
  for (const { bytes } of keys) expect(bytes).toHaveLength(32);
});

it('a key that a program keeps as a text would be found', () => {
  const [key] = keys;
  const bytes = key?.bytes ?? Buffer.alloc(32);
  for (const text of [
    bytes.toString('hex'),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    JSON.stringify(bytes.toString('latin1')),
  ])
    expect(writings(bytes).some((writing) => Buffer.from(`{"strings":["${text}"]}`).includes(writing))).toBe(true);
});

describe.each([
  ['api', () => stack.api],
  ['worker', () => stack.workers[0] as Part],
])('a heap snapshot of the %s, which has keys open (T21)', (_name, part) => {
  it('shows texts as they are, such as the password of the database, and no key in any writing', async () => {
    const snapshot = await snapshotOf(part());
    expect(snapshot.includes(new URL(stack.database.databaseUrl).password)).toBe(true);
    const found = keys.filter(({ bytes }) => writings(bytes).some((writing) => snapshot.includes(writing)));
    expect(found.map(({ name }) => name)).toEqual([]);
  });
});
