import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { AuditLog, cutChain } from '@registrar/audit';
import { ManualClock } from '@registrar/clock';
import { openDatabase, openOwnerDatabase, type Database, type UnitOfWork } from '@registrar/database';
import { fileKeyEncryptionKey, newId, openVault, type Vault } from '@registrar/vault';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../test/support/database.js';
import { REPORT_NAMES, Reports, type ReportName } from './index.js';

const clock = new ManualClock(new Date('2026-01-01T00:00:00Z'));
const folder = mkdtempSync(join(tmpdir(), 'registrar-removed-'));
let test: TestDatabase;
let app: Database;
let owner: Database;
let vault: Vault;
let audit: AuditLog;
let ownerAudit: AuditLog;
let scope: UnitOfWork;
let tenants: string[];

beforeAll(async () => {
  test = await testDatabase();
  app = await openDatabase({ url: test.databaseUrl, poolSize: 4, applicationName: 'removed-test' });
  owner = await openOwnerDatabase({ url: test.databaseOwnerUrl, poolSize: 2, applicationName: 'removed-test-owner' });
  ({ vault } = await openVault(app, fileKeyEncryptionKey(join(folder, 'kek'), { createIfMissing: true }), clock));
  [audit, ownerAudit] = [new AuditLog(vault, clock), new AuditLog(vault, clock)];
  audit.attach(app);
  ownerAudit.attach(owner);
});
beforeEach(async () => {
  const workspaceId = newId();
  scope = { workspaceId, actor: { type: 'system', id: 'test' }, requestId: 'req' };
  tenants = [newId(), newId()];
  await test.query('INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, now())', [workspaceId, 'Acme']);
  for (const id of tenants)
    await test.query('INSERT INTO tenants (workspace_id, id, name, created_at, updated_at) VALUES ($1, $2, $3, now(), now())', [
      ...[workspaceId, id, 'Hospital'],
    ]);
});
afterAll(async () => {
  vault.close();
  await app.close();
  await owner.close();
  await test.drop();
  rmSync(folder, { recursive: true });
});

const at = (day: string) => {
  clock.advance(Date.parse(day) - clock.now().getTime());
};
async function refused(tenantId: string | undefined, day: string): Promise<void> {
  at(day);
  await app.transaction(scope, (tx) => {
    const subject = { type: 'workspace', id: scope.workspaceId } as const;
    audit.append(tx, { action: 'secret.refuse', subject, ...(tenantId === undefined ? {} : { tenantId }) });
    return Promise.resolve();
  });
}
const cut = (chainId: string, before: string) => cutChain({ database: owner, vault, audit: ownerAudit }, scope, chainId, new Date(before));

/** What JSON and both manifests say of a report; the signature is another library's matter. */
async function said(name: ReportName, from: string, by = scope) {
  const signer = { sign: (_: string, __: string, signed: string) => Promise.resolve({ jws: signed, jwksUri: '' }) };
  const reports = new Reports({ database: app, clock, audit, signer: signer as never });
  const period = { from: new Date(from), to: new Date('2026-12-01T00:00:00Z') };
  const json = await reports.make(by, name, 'json', period);
  const csv = await reports.make(by, name, 'csv', period);
  const body = JSON.parse(await text(json.stream())) as { data: unknown[] };
  const lines = (await text(csv.stream())).trimEnd().split('\r\n').length - 1;
  const [one, two, three] = [body, JSON.parse(json.manifest), JSON.parse(csv.manifest)].map((each) => {
    const { complete, whole_from } = each as Record<string, unknown>;
    return { complete, whole_from };
  });
  expect([two, three]).toEqual([one, one]);
  expect(body.data).toHaveLength(lines);
  return { ...one, rows: lines };
}

describe('what a report says of retention', () => {
  it('is that it is whole, where nothing was ever taken out of the audit log', async () => {
    await refused(tenants[0], '2026-01-01T00:00:00Z');
    for (const name of REPORT_NAMES) expect(await said(name, '2000-01-01T00:00:00Z')).toMatchObject({ complete: true, whole_from: null });
  });

  it('is the moment from which on reveals are whole, of the chain that was cut last', async () => {
    for (const tenantId of [undefined, ...tenants]) {
      await refused(tenantId, '2026-01-01T00:00:00Z');
      await refused(tenantId, '2026-03-01T00:00:00Z');
    }
    at('2026-04-01T00:00:00Z');
    await cut(tenants[0] ?? '', '2026-02-01T00:00:00Z');
    await cut(scope.workspaceId, '2026-02-15T00:00:00Z');
    const whole = { whole_from: '2026-02-15T00:00:00.000Z' };
    expect(await said('reveals', '2026-01-01T00:00:00Z')).toEqual({ ...whole, complete: false, rows: 4 });
    expect(await said('reveals', '2026-02-14T23:59:59.999Z')).toEqual({ ...whole, complete: false, rows: 3 });
    expect(await said('reveals', '2026-02-15T00:00:00Z')).toEqual({ ...whole, complete: true, rows: 3 });
    // Who is bound to hospitals sees theirs alone, and hears of no other's.
    const [first = '', second = ''] = tenants;
    expect(await said('reveals', '2026-01-01T00:00:00Z', { ...scope, tenantIds: [first] })).toEqual({
      ...{ whole_from: '2026-02-01T00:00:00.000Z', complete: false, rows: 1 },
    });
    expect(await said('reveals', '2026-01-01T00:00:00Z', { ...scope, tenantIds: [second] })).toEqual({
      whole_from: null,
      complete: true,
      rows: 2,
    });
    for (const name of REPORT_NAMES.filter((each) => each !== 'reveals'))
      expect(await said(name, '2000-01-01T00:00:00Z')).toMatchObject({ complete: true, whole_from: null });
  });

  it('is said where every entry of before was taken out, and a second cut moves it', async () => {
    const [tenantId = ''] = tenants;
    await refused(tenantId, '2026-05-01T00:00:00Z');
    at('2026-06-01T00:00:00Z');
    await cut(tenantId, '2026-05-15T00:00:00Z');
    expect(await said('reveals', '2026-05-01T00:00:00Z')).toEqual({ complete: false, whole_from: '2026-05-15T00:00:00.000Z', rows: 0 });
    at('2026-07-01T00:00:00Z');
    await cut(tenantId, '2026-06-15T00:00:00Z');
    expect(await said('reveals', '2026-05-20T00:00:00Z')).toMatchObject({ complete: false, whole_from: '2026-06-15T00:00:00.000Z' });
  });

  it('is of the groups of people that a month is remembered', async () => {
    at('2026-08-01T00:00:00Z');
    const person = (day: string) =>
      test.query(
        `INSERT INTO people (workspace_id, id, issuer, subject, name, created_at, last_seen_at) VALUES ($1, $2, 'https://login.example', $3, 'somebody', $4, $4)`,
        [...[scope.workspaceId, newId(), day, new Date(day)]],
      );
    await person('2026-07-20T00:00:00Z');
    expect(await said('access-review', '2026-01-01T00:00:00Z')).toMatchObject({ complete: true, whole_from: null });
    await person('2026-06-01T00:00:00Z');
    expect(await said('access-review', '2026-07-01T00:00:00Z')).toMatchObject({ complete: false, whole_from: '2026-07-02T00:00:00.000Z' });
    expect(await said('access-review', '2026-07-02T00:00:00Z')).toMatchObject({ complete: true });
  });
});
