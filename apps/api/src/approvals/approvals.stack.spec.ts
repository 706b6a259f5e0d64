import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '@registrar/vault';
import { parsePublicId, publicId } from '@registrar/database';
import { startStack, type Stack } from '../../../../test/support/index.js';

interface ShownApproval {
  id: string;
  status: string;
  subject: { type: string; id: string };
  requested_by: { id: string };
}
let stack: Stack;
let workspaceId: string;
let approver: string;
let approverId: string;
beforeAll(async () => {
  stack = await startStack({ workers: 0, sandbox: false });
  const { body } = await stack.call<{ id: string; key: string }>('POST', '/v1/api-keys', { body: { name: 'Approver', role: 'approver' } });
  approver = body.key;
  approverId = parsePublicId('key', body.id) ?? '';
  const [workspace] = await stack.query<{ id: string }>('SELECT id FROM workspaces');
  workspaceId = workspace?.id ?? '';
});
afterAll(() => stack.stop());

/** One that waits, asked for by this key. */
async function open(requestedBy: string = newId()): Promise<string> {
  const id = newId();
  await stack.query(
    `INSERT INTO approvals (workspace_id, id, kind, subject_type, subject_id, status, documents_hash, summary, requested_by, expires_at, created_at)
     VALUES ($1, $2, 'reregistration', 'registration', $3, 'open', $4, '["It would be registered again"]', $5, now() + interval '1 day', now())`,
    [workspaceId, id, newId(), 'a'.repeat(64), JSON.stringify({ type: 'api_key', id: requestedBy, name: 'Somebody' })],
  );
  return publicId('apr', id);
}

describe('/v1/approvals', () => {
  it('shows what waits and takes a decision of somebody who may decide (J-07)', async () => {
    const id = await open();
    const list = await stack.call<{ data: ShownApproval[] }>('GET', '/v1/approvals?status=open&kind=reregistration');
    expect(list.body.data.map((one) => one.id)).toContain(id);
    const shown = await stack.call<ShownApproval>('GET', `/v1/approvals/${id}`);
    expect(shown).toMatchObject({ status: 200, body: { status: 'open', requested_by: { type: 'api_key', name: 'Somebody' } } });
    expect(shown.body.subject.id).toMatch(/^reg_/);
    const decided = await stack.call('POST', `/v1/approvals/${id}/reject`, { key: approver, body: { reason: 'not now' } });
    const decidedBy = { type: 'api_key', name: 'Approver' };
    expect(decided).toMatchObject({ status: 200, body: { status: 'rejected', decision_reason: 'not now', decided_by: decidedBy } });
    expect(await stack.call('POST', `/v1/approvals/${id}/approve`)).toMatchObject({
      status: 409,
      body: { code: 'approvals.decided_already' },
    });
  });

  it('answers 403 to whoever asked, and to a role that decides nothing', async () => {
    const id = await open(approverId);
    expect(await stack.call('POST', `/v1/approvals/${id}/approve`, { key: approver })).toMatchObject({
      status: 403,
      body: { code: 'approvals.own_request', next_action: { actor: 'workspace_owner' } },
    });
    const { body } = await stack.call<{ key: string }>('POST', '/v1/api-keys', { body: { name: 'Product', role: 'product' } });
    const forbidden = await stack.call('POST', `/v1/approvals/${id}/reject`, { key: body.key });
    expect(forbidden).toMatchObject({ status: 403, body: { code: 'api.forbidden' } });
    expect(await stack.call('POST', `/v1/approvals/${id}/reject`)).toMatchObject({ status: 200, body: { status: 'rejected' } });
  });

  it('answers 404 to an unknown one and to another workspace, 400 to what it does not know', async () => {
    const id = await open();
    const made = await stack.call<{ owner_key: string }>('POST', '/v1/workspaces', { body: { name: 'Acme' } });
    const foreign = await stack.call('GET', `/v1/approvals/${id}`, { key: made.body.owner_key });
    expect(foreign).toMatchObject({ status: 404, body: { code: 'approvals.not_found' } });
    expect(await stack.call('POST', `/v1/approvals/${publicId('apr', newId())}/approve`)).toMatchObject({ status: 404 });
    expect(await stack.call('POST', `/v1/approvals/${id}/approve`, { body: { force: true } })).toMatchObject({ status: 400 });
    expect(await stack.call('GET', '/v1/approvals?status=waiting')).toMatchObject({ status: 400 });
  });
});
