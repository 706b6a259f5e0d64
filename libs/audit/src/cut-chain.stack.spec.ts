import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '@registrar/clock';
import { openDatabase, openOwnerDatabase, type Database, type Transaction, type UnitOfWork } from '@registrar/database';
import { fileKeyEncryptionKey, newId, openVault, type Vault } from '@registrar/vault';
import { testDatabase, type TestDatabase } from '../../../test/support/database.js';
import { AuditLog, cutChain, verifyChain } from './index.js';

const clock = new ManualClock(new Date('2026-01-01T00:00:00Z'));
const folder = mkdtempSync(join(tmpdir(), 'registrar-cut-'));
let test: TestDatabase;
let app: Database;
let owner: Database;
let vault: Vault;
let ownerAudit: AuditLog;
let audit: AuditLog;
let scope: UnitOfWork;
let tenantId: string;

beforeAll(async () => {
  test = await testDatabase();
  app = await openDatabase({ url: test.databaseUrl, poolSize: 4, applicationName: 'cut-test' });
  owner = await openOwnerDatabase({ url: test.databaseOwnerUrl, poolSize: 2, applicationName: 'cut-test-owner' });
  ({ vault } = await openVault(app, fileKeyEncryptionKey(join(folder, 'kek'), { createIfMissing: true }), clock));
  [audit, ownerAudit] = [new AuditLog(vault, clock), new AuditLog(vault, clock)];
  audit.attach(app);
  ownerAudit.attach(owner);
});
beforeEach(async () => {
  const workspaceId = newId();
  scope = { workspaceId, actor: { type: 'system', id: 'test' }, requestId: 'req' };
  tenantId = newId();
  await test.query('INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, now())', [workspaceId, 'Acme']);
  await test.query('INSERT INTO tenants (workspace_id, id, name, created_at, updated_at) VALUES ($1, $2, $3, now(), now())', [
    workspaceId,
    tenantId,
    'Hospital',
  ]);
});
afterAll(async () => {
  await app.close();
  await owner.close();
  await test.drop();
  rmSync(folder, { recursive: true });
});

async function write(count: number, day: string): Promise<void> {
  clock.advance(Date.parse(day) - clock.now().getTime());
  await app.transaction(scope, async (tx) => {
    for (let n = 0; n < count; n += 1)
      audit.append(tx, { action: 'tenant.update', subject: { type: 'tenant', id: tenantId }, tenantId, detail: { n } });
    await tx.query('SELECT 1');
  });
}
const cut = (before: string) => cutChain({ database: owner, vault, audit: ownerAudit }, scope, tenantId, new Date(before));
const verify = (vouched?: ReadonlyMap<number, string>) => verifyChain(app, vault, scope, tenantId, vouched);
const change = (sql: string) => test.query(`SET session_replication_role = replica; ${sql.replaceAll('$chain', `'${tenantId}'`)}`);
const places = async () =>
  (await test.query<{ seq: string }>('SELECT seq FROM audit_events WHERE chain_id = $1 ORDER BY seq', [tenantId])).map((row) =>
    Number(row.seq),
  );

describe('retention of the audit log', () => {
  it('takes out what is older, says so in the chain, and leaves one that verifies', async () => {
    await write(3, '2026-01-01T00:00:00Z');
    await write(2, '2026-02-01T00:00:00Z');
    expect(await cut('2026-01-15T00:00:00Z')).toEqual({ cut: 3 });
    expect(await places()).toEqual([4, 5, 6]);
    expect(await verify()).toEqual({ ok: true, length: 6 });
    const [last] = await test.query('SELECT action, detail FROM audit_events WHERE chain_id = $1 AND seq = 6', [tenantId]);
    expect(last).toMatchObject({ action: 'audit.cut', detail: { from: 1, up_to: 3 } });
    expect(await cut('2026-01-15T00:00:00Z')).toEqual({ cut: 0 });
    await write(1, '2026-03-01T00:00:00Z');
    expect(await cut('2026-02-15T00:00:00Z')).toEqual({ cut: 3 });
    expect(await verify()).toEqual({ ok: true, length: 8 });
  });

  it('is no finding for who reads the chain at that moment: what is missing is looked for a second time', async () => {
    await write(3, '2026-01-01T00:00:00Z');
    await write(2, '2026-02-01T00:00:00Z');
    const cuts: unknown[] = [];
    // Cut after the head was read, and before its entries are.
    const interrupted = Object.assign(Object.create(app) as Database, {
      transaction: <T>(of: UnitOfWork, work: (tx: Transaction) => Promise<T>) =>
        app.transaction(of, (tx) =>
          work(
            Object.assign(Object.create(tx) as Transaction, {
              query: async (text: string, values?: readonly unknown[]) => {
                if (cuts.length === 0 && text.startsWith('SELECT * FROM audit_events')) cuts.push(await cut('2026-01-15T00:00:00Z'));
                return tx.query(text, values);
              },
            }),
          ),
        ),
    });
    expect(await verifyChain(interrupted, vault, scope, tenantId)).toEqual({ ok: true, length: 6 });
    expect(cuts).toEqual([{ cut: 3 }]);
  });

  it('keeps a chain verifiable whose entries are all gone but the cut itself', async () => {
    await write(2, '2026-01-01T00:00:00Z');
    clock.advance(Date.parse('2026-06-01T00:00:00Z') - clock.now().getTime());
    expect(await cut('2026-05-01T00:00:00Z')).toEqual({ cut: 2 });
    expect(await places()).toEqual([3]);
    expect(await verify()).toEqual({ ok: true, length: 3 });
  });

  it('is Registrar’s alone: who can only write to the database cannot pass a cut of their own off as one (T13)', async () => {
    await write(5, '2026-01-01T00:00:00Z');
    const forged = `UPDATE audit_chains c SET cut_seq = 2, cut_mac = e.mac, cut_key_id = e.key_id, cut_proof = sha256('x')
      FROM audit_events e WHERE c.chain_id = $chain AND e.chain_id = $chain AND e.seq = 2; DELETE FROM audit_events WHERE chain_id = $chain AND seq <= 2`;
    await change(forged);
    expect(await verify()).toEqual({ ok: false, firstBad: 1 });
  });

  it('goes no further than it was cut, and back no less: another mark in the head is found', async () => {
    await write(3, '2026-01-01T00:00:00Z');
    await write(3, '2026-02-01T00:00:00Z');
    await cut('2026-01-15T00:00:00Z');
    await change('DELETE FROM audit_events WHERE chain_id = $chain AND seq <= 5');
    expect(await verify()).toEqual({ ok: false, firstBad: 4 });
    await change('UPDATE audit_chains SET cut_seq = 5 WHERE chain_id = $chain');
    expect(await verify()).toEqual({ ok: false, firstBad: 1 });
  });

  it('takes nothing out of a chain that is not whole, and names the first bad entry', async () => {
    await write(4, '2026-01-01T00:00:00Z');
    await change(`UPDATE audit_events SET request_id = 'another' WHERE chain_id = $chain AND seq = 2`);
    expect(await cut('2027-01-01T00:00:00Z')).toEqual({ firstBad: 2 });
    expect(await places()).toEqual([1, 2, 3, 4]);
  });

  it('is measured against checkpoints from before the cut where it can be: at its very place', async () => {
    await write(3, '2026-01-01T00:00:00Z');
    await write(1, '2026-02-01T00:00:00Z');
    const [row] = await test.query<{ mac: Buffer }>('SELECT mac FROM audit_events WHERE chain_id = $1 AND seq = 3', [tenantId]);
    const mac = row?.mac.toString('hex') ?? '';
    await cut('2026-01-15T00:00:00Z');
    expect(
      await verify(
        new Map([
          [2, 'of an entry that is gone'],
          [3, mac],
        ]),
      ),
    ).toEqual({ ok: true, length: 5 });
    expect(await verify(new Map([[3, 'another']]))).toEqual({ ok: false, firstBad: 3, checkpoint: true });
  });
});
