import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '@registrar/clock';
import { openDatabase, type Database, type Transaction, type UnitOfWork } from '@registrar/database';
import { Secret } from '@registrar/secret';
import { fileKeyEncryptionKey, newId, openVault, type KeyEncryptionKey, type Vault } from '@registrar/vault';
import { testDatabase, type TestDatabase } from '../../../test/support/database.js';
import { AuditLog, verifyChain } from './index.js';

const clock = new SystemClock();
const folder = mkdtempSync(join(tmpdir(), 'registrar-audit-'));
const kek = fileKeyEncryptionKey(join(folder, 'kek'), { createIfMissing: true });
let test: TestDatabase;
let database: Database;
let vault: Vault;
let audit: AuditLog;
// A workspace of its own for each test: what one breaks, another does not meet.
let workspaceId: string;
let tenantId: string;
let scope: UnitOfWork;

async function addTenant(): Promise<string> {
  const id = newId();
  await test.query('INSERT INTO tenants (workspace_id, id, name, created_at, updated_at) VALUES ($1, $2, $3, now(), now())', [
    workspaceId,
    id,
    'Hospital',
  ]);
  return id;
}

beforeAll(async () => {
  test = await testDatabase();
  database = await openDatabase({ url: test.databaseUrl, poolSize: 12, applicationName: 'audit-test' });
  ({ vault } = await openVault(database, kek, clock));
  audit = new AuditLog(vault, clock);
  audit.attach(database);
});
beforeEach(async () => {
  workspaceId = newId();
  scope = { workspaceId, actor: { type: 'api_key', id: newId(), name: 'ci' }, requestId: 'req-1' };
  await test.query('INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, now())', [workspaceId, 'Acme']);
  tenantId = await addTenant();
});
afterAll(async () => {
  await database.close();
  await test.drop();
  rmSync(folder, { recursive: true });
});

function append(tx: Transaction, n: number, tenant = tenantId): Promise<void> {
  const detail = { n, members: ['name', 'contacts'], nested: { z: 1.5, a: null }, big: 1e21 };
  audit.append(tx, {
    action: 'tenant.update',
    subject: { type: 'tenant', id: tenantId },
    detail,
    tenantId: tenant,
  });
  return Promise.resolve();
}
async function write(count: number): Promise<void> {
  for (let n = 1; n <= count; n += 1) await database.transaction(scope, (tx) => append(tx, n));
}
const verify = (chainId = tenantId) => verifyChain(database, vault, scope, chainId);
const change = (sql: string) => test.query(`SET session_replication_role = replica; ${sql.replaceAll('$chain', `'${tenantId}'`)}`);

describe('the audit log', () => {
  it('says who did what to whom and when, and the chain verifies', async () => {
    await write(3);
    const rows = await test.query('SELECT * FROM audit_events WHERE chain_id = $1 ORDER BY seq', [tenantId]);
    expect(rows.map((row) => Number(row['seq']))).toEqual([1, 2, 3]);
    expect(rows[0]).toMatchObject({
      workspace_id: workspaceId,
      tenant_id: tenantId,
      actor: { type: 'api_key', id: scope.actor.id, name: 'ci' },
      action: 'tenant.update',
      subject_type: 'tenant',
      subject_id: tenantId,
      request_id: 'req-1',
      detail: { n: 1 },
    });
    expect(await verify()).toEqual({ ok: true, length: 3 });
  });

  it('has a chain for each tenant and one for the workspace, written by one transaction in the order of appending', async () => {
    const other = await addTenant();
    await database.transaction(scope, async (tx) => {
      for (const [n, chain] of [other, undefined, tenantId, other, undefined].entries())
        audit.append(tx, {
          action: 'tenant.update',
          subject: { type: 'tenant', id: tenantId },
          detail: { n },
          ...(chain === undefined ? {} : { tenantId: chain }),
        });
      await tx.query('SELECT 1');
    });
    const rows = await test.query<{ chain_id: string; n: number }>(
      `SELECT chain_id, (detail->>'n')::integer AS n FROM audit_events WHERE workspace_id = $1 ORDER BY chain_id, seq`,
      [workspaceId],
    );
    const of = (id: string) => rows.filter((row) => row.chain_id === id).map((row) => row.n);
    expect([of(other), of(workspaceId), of(tenantId)]).toEqual([[0, 3], [1, 4], [2]]);
    for (const [chain, length] of [
      [other, 2],
      [workspaceId, 2],
      [tenantId, 1],
    ] as const)
      expect(await verify(chain)).toEqual({ ok: true, length });
  });

  it('commits or fails with the work that it tells of', async () => {
    const failing = database.transaction(scope, async (tx) => {
      await append(tx, 1);
      await tx.query('SELECT 1');
      throw new Error('the work failed');
    });
    await expect(failing).rejects.toThrow('the work failed');
    expect(await verify()).toEqual({ ok: true, length: 0 });
    await write(1);
    expect(await verify()).toEqual({ ok: true, length: 1 });
  });

  it('40 writers over the same chains in opposite orders neither deadlock nor break a chain', async () => {
    const other = await addTenant();
    await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        database.transaction(scope, async (tx) => {
          for (const chain of n % 2 ? [tenantId, other] : [other, tenantId]) await append(tx, n, chain);
          await tx.query('SELECT 1');
        }),
      ),
    );
    expect(await verify()).toEqual({ ok: true, length: 40 });
    expect(await verify(other)).toEqual({ ok: true, length: 40 });
  });

  it('an entry with a date, a secret or a character that Postgres refuses is written, and still verifies', async () => {
    await database.transaction(scope, async (tx) => {
      const detail = { at: new Date(0), secret: Secret.of('canary-9d21'), words: 'nul \0 half \ud800', gone: undefined, é: { b: 1, a: 2 } };
      audit.append(tx, { action: 'tenant.update', subject: { type: 'tenant', id: tenantId }, tenantId, detail });
      await tx.query('SELECT 1');
    });
    expect(await verify()).toEqual({ ok: true, length: 1 });
    expect(JSON.stringify(await test.query('SELECT * FROM audit_events'))).not.toContain('canary-9d21');
  });

  it('what is appended too late to be written is an error, not a silence', async () => {
    const late = database.transaction(scope, async (tx) => {
      await append(tx, 1);
      tx.beforeCommit(3, () => append(tx, 2));
      await tx.query('SELECT 1');
    });
    await expect(late).rejects.toThrow(TypeError);
    expect(await verify()).toEqual({ ok: true, length: 0 });
  });

  it('a principal that is bound to tenants writes what belongs to none, never another tenant’s chain, and reads its own alone', async () => {
    const other = await addTenant();
    const bound = { ...scope, tenantIds: [tenantId] };
    await database.transaction(bound, async (tx) => {
      audit.append(tx, { action: 'batch.create', subject: { type: 'batch', id: newId() } });
      await append(tx, 1);
      await tx.query('SELECT 1');
    });
    await expect(database.transaction(bound, (tx) => append(tx, 1, other))).rejects.toMatchObject({ code: '42501' });
    const seen = await database.transaction(bound, (tx) => tx.query<{ chain_id: string }>('SELECT chain_id FROM audit_events'));
    expect(seen).toEqual([{ chain_id: tenantId }]);
    expect(await verify(workspaceId)).toEqual({ ok: true, length: 1 });
  });
});

describe('tampering (T13): the first bad row is named', () => {
  it.each([
    ['a changed value', `UPDATE audit_events SET detail = '{"n": 7}' WHERE chain_id = $chain AND seq = 3`, 3],
    ['a changed time', `UPDATE audit_events SET at = at + interval '1 ms' WHERE chain_id = $chain AND seq = 2`, 2],
    ['another actor', `UPDATE audit_events SET actor = '{"type": "system", "id": "x"}' WHERE chain_id = $chain AND seq = 4`, 4],
    ['a row taken out of the middle', `DELETE FROM audit_events WHERE chain_id = $chain AND seq = 3`, 3],
    [
      'a row taken out and the rest moved up',
      `DELETE FROM audit_events WHERE chain_id = $chain AND seq = 2;
       UPDATE audit_events SET seq = seq - 1 WHERE chain_id = $chain AND seq > 2;
       UPDATE audit_chains SET seq = 4 WHERE chain_id = $chain`,
      2,
    ],
    ['the first row taken out', `DELETE FROM audit_events WHERE chain_id = $chain AND seq = 1`, 1],
    [
      'two rows swapped',
      `UPDATE audit_events SET seq = 99 WHERE chain_id = $chain AND seq = 2; UPDATE audit_events SET seq = 2 WHERE chain_id = $chain AND seq = 4;
       UPDATE audit_events SET seq = 4 WHERE chain_id = $chain AND seq = 99`,
      2,
    ],
    [
      'a row put in',
      `UPDATE audit_events SET seq = seq + 100 WHERE chain_id = $chain AND seq > 2; UPDATE audit_events SET seq = seq - 99 WHERE chain_id = $chain AND seq > 100;
       INSERT INTO audit_events SELECT workspace_id, chain_id, 3, gen_random_uuid(), tenant_id, at, actor, action, subject_type, subject_id, request_id, detail, key_id, mac, mac
         FROM audit_events WHERE chain_id = $chain AND seq = 2`,
      3,
    ],
    [
      'a row put in at the end, copied from another',
      `INSERT INTO audit_events SELECT workspace_id, chain_id, 6, gen_random_uuid(), tenant_id, at, actor, action, subject_type, subject_id, request_id, detail, key_id, mac, mac
         FROM audit_events WHERE chain_id = $chain AND seq = 5`,
      6,
    ],
    ['the tail cut off', `DELETE FROM audit_events WHERE chain_id = $chain AND seq > 3`, 4],
    ['another head', `UPDATE audit_chains SET mac = sha256('x') WHERE chain_id = $chain`, 5],
    ['another key named', `UPDATE audit_events SET key_id = gen_random_uuid() WHERE chain_id = $chain AND seq = 2`, 2],
  ])('%s', async (_what, sql, firstBad) => {
    await write(5);
    expect(await verify()).toEqual({ ok: true, length: 5 });
    await change(sql);
    expect(await verify()).toEqual({ ok: false, firstBad });
  });

  it('a chain cannot be continued under a key that seals', async () => {
    await write(2);
    const { keyId } = (await vault.prepare({ workspaceId })).seal({ subjectId: newId(), kind: 'x', version: 1 }, Secret.of('x'));
    await change(`UPDATE audit_events SET key_id = '${keyId}' WHERE chain_id = $chain AND seq = 2`);
    expect(await verify()).toEqual({ ok: false, firstBad: 2 });
  });

  it('the app’s role may not change, take out or empty anything', async () => {
    await write(1);
    for (const sql of ['UPDATE audit_events SET seq = 9', 'DELETE FROM audit_events', 'TRUNCATE audit_events', 'DELETE FROM audit_chains'])
      await expect(database.transaction(scope, (tx) => tx.query(sql))).rejects.toMatchObject({ code: '42501' });
  });

  it('a chain of several pages verifies', async () => {
    await database.transaction(scope, async (tx) => {
      for (let n = 0; n < 2_500; n += 1) await append(tx, n);
      await tx.query('SELECT 1');
    });
    expect(await verify()).toEqual({ ok: true, length: 2_500 });
    await change(`UPDATE audit_events SET request_id = 'x' WHERE chain_id = $chain AND seq = 2001`);
    expect(await verify()).toEqual({ ok: false, firstBad: 2_001 });
  });
});

describe('while the key-encryption key is away', () => {
  it('reading goes on; what must be audited fails with the key’s own words and leaves nothing', async () => {
    const away: KeyEncryptionKey = {
      ...kek,
      wrap: () => Promise.reject(new Error('the KMS is away')),
      unwrap: () => Promise.reject(new Error('the KMS is away')),
    };
    let broken = false;
    const flaky: KeyEncryptionKey = {
      ...kek,
      wrap: (...given) => (broken ? away : kek).wrap(...given),
      unwrap: (...given) => (broken ? away : kek).unwrap(...given),
    };
    const own = await openDatabase({ url: test.databaseUrl, poolSize: 2, applicationName: 'audit-test-2' });
    const { vault: second } = await openVault(own, flaky, clock);
    const log = new AuditLog(second, clock);
    log.attach(own);
    broken = true;
    expect(await own.transaction(scope, (tx) => tx.query('SELECT name FROM tenants'))).toEqual([{ name: 'Hospital' }]);
    const audited = () =>
      own.transaction(scope, async (tx) => {
        await tx.query(`UPDATE tenants SET name = 'Changed'`);
        log.append(tx, { action: 'tenant.update', subject: { type: 'tenant', id: tenantId }, tenantId });
      });
    await expect(audited()).rejects.toThrow('the KMS is away');
    expect(await test.query('SELECT name FROM tenants WHERE id = $1', [tenantId])).toEqual([{ name: 'Hospital' }]);
    broken = false;
    await audited();
    expect(await verify()).toEqual({ ok: true, length: 1 });
    await own.close();
  });
});
