import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyChain } from '@registrar/audit';
import type { Transaction, UnitOfWork } from '@registrar/database';
import { DueItems } from '@registrar/registrations';
import { newId } from '@registrar/vault';
import { nounHouse, type NounHouse } from '../../../test/support/noun-house.js';
import { ApprovalRecords, Approvals, approvalsEntities, type Approval, type NewApproval } from './index.js';

const HASH = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);
let house: NounHouse;
let scope: UnitOfWork;
let approver: UnitOfWork;
let approvals: Approvals;
beforeAll(async () => {
  house = await nounHouse(approvalsEntities);
  scope = await house.workspace();
  approver = { ...scope, actor: { type: 'api_key', id: newId(), name: 'Another' } };
  approvals = new Approvals(
    house.database,
    house.clock,
    new ApprovalRecords(house.audit, house.events),
    new DueItems(house.database, 'approval'),
  );
});
afterAll(() => house.close());

const wanted = (more: Partial<NewApproval> = {}): NewApproval => ({
  kind: 'reregistration',
  subject: { type: 'registration', id: newId() },
  documentsHash: HASH,
  summary: ['More scopes: system/Observation.rs'],
  reason: 'the new module reads observations',
  ...more,
});
const inTransaction = <T>(work: (tx: Transaction) => Promise<T>, by = scope): Promise<T> => house.database.transaction(by, work);
const ask = (more?: Partial<NewApproval>): Promise<Approval> => inTransaction((tx) => approvals.request(tx, wanted(more)));
const use = (id: string, hash = HASH): Promise<Approval> => inTransaction((tx) => approvals.consume(tx, id, hash));

describe('an approval (J-07)', () => {
  it('is asked for, approved by somebody else, and used once', async () => {
    const { id } = await ask();
    expect(await approvals.get(approver, id)).toMatchObject({ status: 'open', requestedBy: scope.actor, decidedBy: null });
    await expect(use(id)).rejects.toMatchObject({ code: 'approvals.not_approved' });
    const decided = { status: 'approved', decidedBy: approver.actor, decidedAt: house.clock.now(), decisionReason: 'fine' };
    expect(await approvals.approve(approver, id, 'fine')).toMatchObject(decided);
    expect(await use(id)).toMatchObject({ status: 'used', usedAt: house.clock.now() });
    await expect(use(id)).rejects.toMatchObject({ code: 'approvals.used_already', entry: { kind: 'conflict' } });
  });

  it('is not decided by whoever asked, whatever they say', async () => {
    const { id } = await ask();
    const refused = { code: 'approvals.own_request', entry: { kind: 'forbidden' } };
    await expect(approvals.approve(scope, id)).rejects.toMatchObject(refused);
    await expect(approvals.reject({ ...scope, actor: { ...scope.actor, name: 'Renamed' } }, id)).rejects.toMatchObject(refused);
    expect(await approvals.get(scope, id)).toMatchObject({ status: 'open' });
  });

  it('is good for the documents that it was asked for alone', async () => {
    const { id } = await ask();
    await approvals.approve(approver, id);
    await expect(use(id, OTHER)).rejects.toMatchObject({ code: 'approvals.documents_changed', entry: { kind: 'conflict' } });
    expect(await use(id)).toMatchObject({ status: 'used' });
  });

  it('is decided once, whichever of two comes first', async () => {
    const { id } = await ask();
    const both = await Promise.allSettled([approvals.approve(approver, id), approvals.reject(approver, id, 'no')]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find((one) => one.status === 'rejected')?.reason).toMatchObject({ code: 'approvals.decided_already' });
  });

  it('is expired from its last moment on, decided or not', async () => {
    const [open, decided] = [await ask({ expiresInMs: 1_000 }), await ask({ expiresInMs: 1_000 })];
    await approvals.approve(approver, decided.id);
    house.clock.advance(1_000);
    await expect(approvals.approve(approver, open.id)).rejects.toMatchObject({ code: 'approvals.expired' });
    await expect(use(decided.id)).rejects.toMatchObject({ code: 'approvals.expired' });
    const { items } = await approvals.list(scope, { status: 'expired' }, { limit: 10 });
    expect(items.map(({ id }) => id)).toEqual([decided.id, open.id]);
  });

  it('is taken back where what it was for is no longer wanted', async () => {
    const { id } = await ask();
    await inTransaction((tx) => approvals.withdraw(tx, id, 'there is a newer roll-out'));
    expect(await approvals.get(scope, id)).toMatchObject({ status: 'expired', decisionReason: 'there is a newer roll-out' });
    await expect(approvals.approve(approver, id)).rejects.toMatchObject({ code: 'approvals.expired' });
  });
});

describe('a continuation', () => {
  it('runs in the decision’s own transaction, and takes the decision back with what it throws', async () => {
    const begun: string[] = [];
    approvals.onApproved('rollout', async (tx, approval) => {
      await approvals.consume(tx, approval.id, approval.summary[0] ?? '');
      begun.push(approval.subject.id);
    });
    const [good, changed] = [await ask({ kind: 'rollout', summary: [HASH] }), await ask({ kind: 'rollout', summary: [OTHER] })];
    expect(await approvals.approve(approver, good.id)).toMatchObject({ status: 'used' });
    expect(begun).toEqual([good.subject.id]);
    await expect(approvals.approve(approver, changed.id)).rejects.toMatchObject({ code: 'approvals.documents_changed' });
    expect(await approvals.get(scope, changed.id)).toMatchObject({ status: 'open', decidedBy: null });
  });

  it('is told of what nobody decided on in time, once, whoever looks', async () => {
    const told: string[] = [];
    approvals.onEnded('update', (_tx, approval) => Promise.resolve(void told.push(`${approval.id} ${approval.status}`)));
    const { id } = await ask({ kind: 'update', expiresInMs: 60_000 });
    const complaints: unknown[] = [];
    const look = () => approvals.expireDue((_id, error) => complaints.push(error));
    await look();
    expect(told).toEqual([]);
    house.clock.advance(60_000);
    await Promise.all([look(), look()]);
    expect([told, complaints]).toEqual([[`${id} expired`], []]);
    const [row] = await house.rows('SELECT status FROM approvals WHERE id = $1', [id]);
    expect(row).toEqual({ status: 'expired' });
    expect(await house.rows(`SELECT 1 FROM work_items WHERE kind = 'approval' AND subject_id = $1`, [id])).toEqual([]);
  });

  it('is told of a no as well', async () => {
    const told: string[] = [];
    approvals.onEnded('update', (_tx, approval) => Promise.resolve(void told.push(approval.id)));
    const { id } = await ask({ kind: 'update' });
    expect(await approvals.reject(approver, id, 'too much')).toMatchObject({ status: 'rejected', decisionReason: 'too much' });
    expect(told).toEqual([id]);
  });
});

describe('every step', () => {
  it('is audited and told to the outside, without a value of the documents', async () => {
    const mine = await house.workspace();
    const { id } = await inTransaction((tx) => approvals.request(tx, wanted()), mine);
    const other = { ...mine, actor: approver.actor };
    await approvals.approve(other, id);
    await inTransaction((tx) => approvals.consume(tx, id, HASH), mine);
    const written = (table: string, what: string) =>
      house.rows<{ what: string }>(`SELECT ${what} AS what FROM ${table} WHERE subject_id::text = $1 ORDER BY ${what}`, [id]);
    expect((await written('audit_events', 'action')).map(({ what }) => what)).toEqual([
      'approval.approve',
      'approval.request',
      'approval.use',
    ]);
    expect((await written('events', 'type')).map(({ what }) => what)).toEqual(['approval.approved', 'approval.requested', 'approval.used']);
    expect(await verifyChain(house.database, house.vault, mine, mine.workspaceId)).toMatchObject({ ok: true });
  });
});

describe('whoever is bound', () => {
  it('sees what is of its application, environment or hospital, and nothing that spans several', async () => {
    const tenant = await house.tenants.create(scope, { name: 'St. Mary' });
    const [spanning, ofTenant, ofSandbox] = [await ask(), await ask({ tenantId: tenant.id }), await ask({ environment: 'sandbox' })];
    const seen = async (bound: Partial<UnitOfWork>): Promise<string[]> =>
      (await approvals.list({ ...approver, ...bound }, {}, { limit: 100 })).items.map(({ id }) => id);
    expect(await seen({ tenantIds: [tenant.id] })).toEqual([ofTenant.id]);
    expect(await seen({ environment: 'sandbox' })).toEqual([ofSandbox.id]);
    expect(await seen({ applicationId: newId() })).toEqual([]);
    expect(await seen({})).toEqual(expect.arrayContaining([spanning.id, ofTenant.id, ofSandbox.id]));
    const hidden = approvals.approve({ ...approver, tenantIds: [tenant.id] }, spanning.id);
    await expect(hidden).rejects.toMatchObject({ code: 'approvals.not_found' });
  });
});
