import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parsePublicId } from '@registrar/database';
import { onboard, settled, startStack, until, type Answer, type Onboarding, type Stack } from '../support/index.js';

interface Item {
  registration_id: string;
  tenant_id: string;
  canary: boolean;
  state: string;
  operation_id: string | null;
  problem: { code: string } | null;
}
interface Rollout {
  id: string;
  status: string;
  stage: string;
  problem: { code: string } | null;
  approval_id: string | null;
  counts: Record<string, number>;
  items: Item[];
}
interface Plan {
  items: { registration_id: string; canary: boolean; impact: string; way: string; changes: { member: string }[]; escalations: string[] }[];
  needs_approval: boolean;
  plan_hash: string;
}
interface Application {
  id: string;
  /** One at each hospital's meadow, in the order of the hospitals. */
  registrations: string[];
}

let stack: Stack;
let house: Onboarding;
let approver: string;
beforeAll(async () => {
  stack = await startStack({
    workers: 2,
    sandboxEnv: { SANDBOX_HOSPITALS: '4', SANDBOX_VENDORS: 'meadow' },
    // What a killed worker had in hand goes on when its lease is over.
    env: { SWEEP_INTERVAL_MS: '200', LEASE_MS: '5000' },
  });
  house = await onboard(stack);
  const made = await stack.call<{ key: string }>('POST', '/v1/api-keys', { body: { name: 'Approver', role: 'approver' } });
  approver = made.body.key;
});
afterAll(() => stack.stop());
beforeEach(() => stack.sandbox.clearFaults());

/** An application of its own, registered and proven at every hospital. */
async function application(): Promise<Application> {
  const body = { name: 'Sync', client_metadata: { client_name: 'Sync' }, required_scopes: ['system/Patient.rs', 'system/Observation.rs'] };
  const { body: app } = await stack.call<{ id: string }>('POST', '/v1/applications', { body });
  const registrations: string[] = [];
  for (const tenantId of house.tenants) {
    const wanted = { tenant_id: tenantId, ehr_id: house.ehrOf('meadow', tenantId), application_id: app.id };
    registrations.push((await stack.call<{ id: string }>('POST', '/v1/registrations', { body: wanted })).body.id);
  }
  for (const id of registrations) expect(await settled(stack, id)).toMatchObject({ status: 'active', manageable: 'yes' });
  return { id: app.id, registrations };
}

const change = (app: Application, body: object) => stack.call('PATCH', `/v1/applications/${app.id}`, { body });
const rollOut = <Body = Rollout>(app: Application, body: object = {}, query = ''): Promise<Answer<Body>> =>
  stack.call<Body>('POST', `/v1/applications/${app.id}/rollout${query}`, { body });
const plan = (app: Application) => rollOut<Plan>(app, {}, '?dry_run=true');
const read = async (id: string): Promise<Rollout> => (await stack.call<Rollout>('GET', `/v1/rollouts/${id}`)).body;
const decide = (id: string | null, how: 'approve' | 'reject', key = approver) =>
  stack.call('POST', `/v1/approvals/${id ?? ''}/${how}`, { key });
const ended = (id: string, status: string): Promise<Rollout> =>
  until(`roll-out ${id} to be ${status}`, async () => {
    const rollout = await read(id);
    return rollout.status === status ? rollout : undefined;
  });
const names = async (app: Application): Promise<string[]> => {
  const rows = await stack.query<{ name: string }>(
    `SELECT c.requested_metadata->>'client_name' AS name FROM registrations r JOIN clients c ON c.id = r.client_id WHERE r.application_id = $1`,
    [parsePublicId('app', app.id)],
  );
  return rows.map(({ name }) => name.replace(/ \[ref .*/, ''));
};
const REFUSED = { status: 400, headers: { 'content-type': 'application/json' }, body: '{"error":"invalid_client_metadata"}' };
const BUSY = { status: 503, headers: { 'retry-after': '1' } };
const WIDER = { required_scopes: ['system/Patient.rs', 'system/Observation.rs', 'system/Condition.rs'] };

describe('the plan of a roll-out', () => {
  it('has nothing to do at the newest revision, then names each change, its impact and the canary, and writes nothing', async () => {
    const app = await application();
    expect(await plan(app)).toMatchObject({ status: 200, body: { items: [], needs_approval: false } });
    expect(await rollOut(app)).toMatchObject({ status: 409, body: { code: 'rollouts.nothing_to_do' } });
    await change(app, { client_metadata: { client_name: 'Sync 2' } });
    const { body } = await plan(app);
    expect(body.items.map(({ registration_id: id }) => id).sort()).toEqual([...app.registrations].sort());
    expect(body.items.filter((item) => item.canary)).toHaveLength(1);
    for (const item of body.items)
      expect(item).toMatchObject({ way: 'update', impact: 'none', escalations: [], changes: [{ member: 'client_name' }] });
    expect(await rollOut(app, { plan_hash: '0'.repeat(64) })).toMatchObject({ status: 409, body: { code: 'rollouts.plan_changed' } });
    const list = await stack.call<{ data: unknown[] }>('GET', `/v1/rollouts?application_id=${app.id}`);
    expect(list.body.data).toEqual([]);
  });

  it('says what would become wider, and refuses canaries that are not in it', async () => {
    const app = await application();
    await change(app, WIDER);
    const { body } = await plan(app);
    expect(body.needs_approval).toBe(true);
    for (const item of body.items) expect(item.escalations).toEqual(['More access: system/Condition.rs']);
    const foreign = { canary: { registration_ids: [(await application()).registrations[0]] } };
    expect(await rollOut(app, foreign)).toMatchObject({
      status: 422,
      body: { code: 'rollouts.canary_not_in_plan', errors: [{ pointer: '/canary/registration_ids/0' }] },
    });
    expect(await rollOut(app, { canary: {} })).toMatchObject({ status: 400, body: { errors: [{ pointer: '/canary/count' }] } });
  });
});

describe('a roll-out that widens something', () => {
  it('waits for somebody other than the one who asked (J-07)', async () => {
    const app = await application();
    await change(app, WIDER);
    const { status, headers, body } = await rollOut(app, { reason: 'conditions are read too' });
    expect({ status, location: headers.get('location') }).toEqual({ status: 202, location: `/v1/rollouts/${body.id}` });
    expect(body).toMatchObject({ status: 'awaiting_approval', counts: { pending: 4 } });
    const approval = await stack.call('GET', `/v1/approvals/${body.approval_id ?? ''}`);
    expect(approval.body).toMatchObject({
      kind: 'rollout',
      status: 'open',
      subject: { type: 'rollout', id: body.id },
      summary: ['More access: system/Condition.rs (at 4 of 4 registrations)'],
      reason: 'conditions are read too',
    });
    expect(await decide(body.approval_id, 'approve', stack.ownerKey)).toMatchObject({
      status: 403,
      body: { code: 'approvals.own_request' },
    });
    expect(await read(body.id)).toMatchObject({ status: 'awaiting_approval' });
    expect(await decide(body.approval_id, 'reject')).toMatchObject({ status: 200, body: { status: 'rejected' } });
    expect(await read(body.id)).toMatchObject({ status: 'cancelled', problem: { code: 'approval_rejected' }, counts: { pending: 4 } });
  });

  it('is not what was approved once its documents are others; a newer one takes its place', async () => {
    const app = await application();
    await change(app, WIDER);
    const { body: asked } = await rollOut(app);
    const [tenantId = ''] = house.tenants;
    const override = { client_metadata: { client_name: 'Sync at one' } };
    await stack.call('PUT', `/v1/applications/${app.id}/ehrs/${house.ehrOf('meadow', tenantId)}`, { body: override });
    expect(await decide(asked.approval_id, 'approve')).toMatchObject({ status: 409, body: { code: 'approvals.documents_changed' } });
    expect(await read(asked.id)).toMatchObject({ status: 'awaiting_approval' });
    const { body: newer } = await rollOut(app);
    expect(newer.status).toBe('awaiting_approval');
    expect(await read(asked.id)).toMatchObject({ status: 'superseded' });
    expect(await decide(asked.approval_id, 'approve')).toMatchObject({ status: 409, body: { code: 'approvals.expired' } });
  });
});

describe('a roll-out that fails', () => {
  it('halts at its canary, and the others are left as they are', async () => {
    const app = await application();
    await change(app, { client_metadata: { client_name: 'Sync 2' } });
    const [canary = ''] = app.registrations;
    await stack.sandbox.fault({ hospital: 'h01', endpoint: 'client_configuration', method: 'PUT', kind: 'status', times: 9, ...REFUSED });
    const { body: begun } = await rollOut(app, { canary: { registration_ids: [canary] }, failure_limit: 9 });
    const halted = await ended(begun.id, 'halted');
    expect(halted).toMatchObject({ stage: 'canary', problem: { code: 'canary_failed' }, counts: { failed: 1, pending: 3 } });
    expect(halted.items.find((item) => item.state === 'failed')).toMatchObject({ registration_id: canary, canary: true });
    expect(halted.items.filter((item) => item.operation_id !== null)).toHaveLength(1);
    expect(await settled(stack, canary)).toMatchObject({ status: 'active' });
    expect(await names(app)).toEqual(['Sync', 'Sync', 'Sync', 'Sync']);
    await stack.sandbox.clearFaults();
    expect(await stack.call('POST', `/v1/rollouts/${begun.id}/resume`)).toMatchObject({
      status: 200,
      body: { status: 'running', problem: null },
    });
    expect(await ended(begun.id, 'succeeded')).toMatchObject({ stage: 'rest', counts: { succeeded: 4 } });
    expect(await names(app)).toEqual(['Sync 2', 'Sync 2', 'Sync 2', 'Sync 2']);
  });

  it('halts past its failure limit; what is under way ends by itself', async () => {
    const app = await application();
    await change(app, { client_metadata: { client_name: 'Sync 2' } });
    const [canary = ''] = app.registrations;
    for (const hospital of ['h02', 'h03', 'h04'])
      await stack.sandbox.fault({ hospital, endpoint: 'client_configuration', method: 'PUT', kind: 'status', times: 9, ...REFUSED });
    const { body: begun } = await rollOut(app, { canary: { registration_ids: [canary] }, failure_limit: 1, at_once: 1 });
    const halted = await ended(begun.id, 'halted');
    expect(halted).toMatchObject({ stage: 'rest', problem: { code: 'failure_limit' }, counts: { succeeded: 1, failed: 2, pending: 1 } });
    expect((await names(app)).sort()).toEqual(['Sync', 'Sync', 'Sync', 'Sync 2']);
  });
});

describe('a roll-out that runs', () => {
  it('needs no approval where nothing widens, and goes canary first, then the rest, each once, with two workers', async () => {
    const app = await application();
    await change(app, { client_metadata: { client_name: 'Sync 2' }, required_scopes: ['system/Patient.rs'] });
    const { body: begun } = await rollOut(app, { at_once: 2 });
    expect(begun).toMatchObject({ status: 'running', stage: 'canary', approval_id: null });
    expect(await rollOut(app)).toMatchObject({ status: 409, body: { code: 'rollouts.running_already', existing_id: begun.id } });
    const done = await ended(begun.id, 'succeeded');
    expect(done.counts).toEqual({ succeeded: 4 });
    const operations = await stack.query<{ canary: boolean; created_at: Date; finished_at: Date }>(
      `SELECT i.canary, o.created_at, o.finished_at FROM operations o JOIN rollout_items i ON i.operation_id = o.id
         JOIN registrations r ON r.id = o.registration_id WHERE r.application_id = $1 AND o.kind = 'update'`,
      [parsePublicId('app', app.id)],
    );
    expect(operations).toHaveLength(4);
    const [canary] = operations.filter((one) => one.canary);
    for (const one of operations.filter((each) => !each.canary)) expect(one.created_at >= (canary?.finished_at ?? new Date())).toBe(true);
    for (const id of app.registrations) {
      const { body } = await stack.call<{ status: string; requested_metadata: { scope: string } }>('GET', `/v1/registrations/${id}`);
      expect(body).toMatchObject({ status: 'active', requested_metadata: { scope: 'system/Patient.rs' } });
    }
    expect(await plan(app)).toMatchObject({ body: { items: [] } });
    const audited = await stack.query<{ action: string }>(
      `SELECT action FROM audit_events WHERE subject_type = 'rollout' AND subject_id::text = $1 ORDER BY seq`,
      [parsePublicId('rol', begun.id)],
    );
    expect(audited.map(({ action }) => action)).toEqual(['rollout.create', 'rollout.widen', 'rollout.succeed']);
  });

  it('begins with what was approved, and brings the wider scope to every hospital', async () => {
    const app = await application();
    await change(app, WIDER);
    const { body: asked } = await rollOut(app);
    expect(await decide(asked.approval_id, 'approve')).toMatchObject({ status: 200, body: { status: 'used' } });
    expect(await ended(asked.id, 'succeeded')).toMatchObject({ counts: { succeeded: 4 } });
    for (const id of app.registrations) {
      const { body } = await stack.call<{ requested_metadata: { scope: string } }>('GET', `/v1/registrations/${id}`);
      expect(body.requested_metadata.scope).toContain('system/Condition.rs');
    }
  });

  it('begins nothing while it is paused, and goes on where it was', async () => {
    const app = await application();
    await change(app, { client_metadata: { client_name: 'Sync 2' } });
    const [canary = ''] = app.registrations;
    await stack.sandbox.fault({ hospital: 'h01', endpoint: 'client_configuration', method: 'PUT', kind: 'delay', delay_ms: 1_500 });
    const { body: begun } = await rollOut(app, { canary: { registration_ids: [canary] } });
    expect(await stack.call('POST', `/v1/rollouts/${begun.id}/pause`)).toMatchObject({ status: 200, body: { status: 'paused' } });
    expect(await stack.call('POST', `/v1/rollouts/${begun.id}/pause`)).toMatchObject({
      status: 409,
      body: { code: 'rollouts.not_possible_now' },
    });
    await until('what was under way to end', async () => {
      const { counts } = await read(begun.id);
      return counts['running'] === undefined;
    });
    const paused = await read(begun.id);
    expect(paused.items.filter((item) => !item.canary).map((item) => item.state)).toEqual(['pending', 'pending', 'pending']);
    expect(
      await stack.query(`SELECT 1 FROM work_items WHERE kind = 'rollout' AND subject_id = $1`, [parsePublicId('rol', begun.id)]),
    ).toEqual([]);
    expect(await stack.call('POST', `/v1/rollouts/${begun.id}/resume`)).toMatchObject({ status: 200 });
    expect(await ended(begun.id, 'succeeded')).toMatchObject({ counts: { succeeded: 4 } });
  });

  it('goes on after every worker was killed while its canary was under way', async () => {
    const app = await application();
    await change(app, { client_metadata: { client_name: 'Sync 2' } });
    const [canary = ''] = app.registrations;
    await stack.sandbox.fault({
      hospital: 'h01',
      endpoint: 'client_configuration',
      method: 'PUT',
      kind: 'status',
      after_commit: false,
      ...BUSY,
    });
    const { body: begun } = await rollOut(app, { canary: { registration_ids: [canary] } });
    await until('the canary to be under way', async () => (await read(begun.id)).counts['running'] === 1);
    for (const worker of stack.workers) await worker.kill('SIGKILL');
    for (const worker of stack.workers) await worker.restart();
    expect(await ended(begun.id, 'succeeded')).toMatchObject({ counts: { succeeded: 4 } });
    expect(await names(app)).toEqual(['Sync 2', 'Sync 2', 'Sync 2', 'Sync 2']);
  });
});
