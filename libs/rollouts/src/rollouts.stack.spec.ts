import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApprovalRecords, Approvals, approvalsEntities } from '@registrar/approvals';
import type { UnitOfWork } from '@registrar/database';
import { beginOperation, DueItems } from '@registrar/registrations';
import { newId } from '@registrar/vault';
import { registrationHouse, type RegistrationHouse } from '../../../test/support/registration-house.js';
import { RolloutRecords, RolloutRunner, Rollouts, rolloutsEntities, type RolloutParts, type RolloutWanted } from './index.js';

const WEEK_MS = 7 * 24 * 3_600_000;
let house: RegistrationHouse;
let parts: RolloutParts;
let approvals: Approvals;
let rollouts: Rollouts;
let complaints: unknown[] = [];
const complain = (_id: string, error: unknown) => complaints.push(error);
beforeAll(async () => {
  house = await registrationHouse([...approvalsEntities, ...rolloutsEntities]);
  const { database, clock, audit, events, access } = house;
  approvals = new Approvals(database, clock, new ApprovalRecords(audit, events), new DueItems(database, 'approval'));
  const due = new DueItems(database, 'rollout');
  parts = { database, clock, records: new RolloutRecords(audit, events), approver: approvals, access, due };
  rollouts = new Rollouts(parts);
  approvals.onApproved('rollout', (tx, approval) => rollouts.approved(tx, approval));
  approvals.onEnded('rollout', (tx, approval) => rollouts.notApproved(tx, approval));
});
afterAll(() => house.close());
beforeEach(() => {
  complaints = [];
});

interface App {
  readonly id: string;
  readonly registrations: { readonly id: string; readonly tenantId: string; readonly ehrId: string }[];
}

/** An application with active registrations at portals, one for each environment: what is tested here needs no server. */
async function app(environments: readonly string[] = ['sandbox', 'sandbox', 'sandbox']): Promise<App> {
  const id = await house.application({ token_endpoint_auth_method: 'client_secret_basic' });
  const registrations: App['registrations'] = [];
  for (const [index, environment] of environments.entries()) {
    const ehr = await house.ehr({ registrationMode: 'portal', environment });
    const tenantId = await house.tenant(`Hospital ${index}`);
    const made = await house.registrations.create(house.scope, { connection: { tenantId, ehrId: ehr.id }, applicationId: id });
    registrations.push({ id: made.id, tenantId, ehrId: ehr.id });
  }
  await house.work();
  for (const { id: registration } of registrations) {
    const client = { id: newId(), name: newId() };
    await house.rows(
      `INSERT INTO clients (workspace_id, id, tenant_id, authorization_server_id, application_id, environment, scope, client_id, token_endpoint_auth_method,
         requested_metadata, granted_metadata, created_at, updated_at)
       SELECT a.workspace_id, $2, a.tenant_id, a.authorization_server_id, r.application_id, r.environment, 'registration', $3, 'client_secret_basic', a.metadata, '{}', now(), now()
         FROM attempts a JOIN registrations r ON r.id = a.registration_id WHERE a.registration_id = $1`,
      [registration, client.id, client.name],
    );
    await house.rows(`UPDATE registrations SET status = 'active', action = NULL, problem = NULL, client_id = $2 WHERE id = $1`, [
      registration,
      client.id,
    ]);
  }
  return { id, registrations };
}

const rename = (of: App) =>
  house.applications.change(house.scope, of.id, {
    clientMetadata: { client_name: 'Sync 2', token_endpoint_auth_method: 'client_secret_basic' },
  });
const widen = (of: App) =>
  house.applications.change(house.scope, of.id, { requiredScopes: ['system/Patient.rs', 'system/Observation.rs'] });
const begin = (of: App, wanted: RolloutWanted = {}, scope: UnitOfWork = house.scope) => rollouts.create(scope, of.id, wanted);
const states = async (id: string) =>
  Object.fromEntries((await rollouts.get(house.scope, id)).items.map((item) => [item.registrationId, item.state]));
const operations = (of: App) =>
  house.rows<{ id: string; registration_id: string }>(
    `SELECT o.id, o.registration_id FROM operations o JOIN registrations r ON r.id = o.registration_id
      WHERE r.application_id = $1 AND o.kind = 'update' ORDER BY o.id`,
    [of.id],
  );
/** Looks at it now, whenever it wanted to be looked at. */
async function look(id: string, runners = [new RolloutRunner(parts, complain)]): Promise<void> {
  await parts.due.ring(id);
  await Promise.all(runners.map((runner) => runner.ring()));
  expect(complaints).toEqual([]);
}
const end = (operationId: string | undefined, status: string) =>
  house.rows(
    `WITH o AS (UPDATE operations SET status = $2 WHERE id = $1 RETURNING id) DELETE FROM work_items w USING o WHERE w.subject_id = o.id`,
    [operationId, status],
  );

describe('a roll-out', () => {
  it('is advanced once, whoever looks, and begins each registration’s update once', async () => {
    const of = await app();
    await rename(of);
    const { id } = await begin(of, { atOnce: 2 });
    await look(
      id,
      [1, 2, 3].map(() => new RolloutRunner(parts, complain)),
    );
    const [canary, ...none] = await operations(of);
    expect(none).toEqual([]);
    await end(canary?.id, 'succeeded');
    await look(
      id,
      [1, 2, 3].map(() => new RolloutRunner(parts, complain)),
    );
    expect(await operations(of)).toHaveLength(3);
    for (const operation of await operations(of)) await end(operation.id, 'succeeded');
    await look(id);
    expect(await rollouts.get(house.scope, id)).toMatchObject({ status: 'succeeded', finishedAt: house.clock.now() });
    expect(await house.rows(`SELECT 1 FROM work_items WHERE kind = 'rollout' AND subject_id = $1`, [id])).toEqual([]);
  });

  it('halts where a document is another one by the time of its turn, and sends nothing of it (J-07)', async () => {
    const of = await app();
    await rename(of);
    const [first, second] = of.registrations;
    const { id } = await begin(of, { canary: { registrationIds: [first?.id ?? ''] } });
    await look(id);
    const [canary] = await operations(of);
    await end(canary?.id, 'succeeded');
    await house.overrides.put(house.scope, { applicationId: of.id, ehrId: second?.ehrId ?? '' }, { client_name: 'Another' });
    await look(id);
    expect(await rollouts.get(house.scope, id)).toMatchObject({ status: 'halted', problem: { code: 'documents_changed' } });
    expect(await operations(of)).toHaveLength(1);
  });

  it('leaves a registration that is busy for the next look, and passes over one that is no longer active', async () => {
    const of = await app();
    await rename(of);
    const [busy, gone] = of.registrations;
    const other = await house.database.transaction(house.scope, (tx) =>
      beginOperation(tx, { registrationId: busy?.id ?? '', kind: 'verify' }, house.clock.now()),
    );
    await house.rows(`UPDATE registrations SET status = 'suspended' WHERE id = $1`, [gone?.id]);
    const planned = await rollouts.plan(house.scope, of.id, {});
    expect(planned.leftAlone).toMatchObject([{ registrationId: gone?.id, reason: 'not_active', detail: 'The registration is suspended.' }]);
    await house.rows(`UPDATE registrations SET status = 'active' WHERE id = $1`, [gone?.id]);
    const { id } = await begin(of, { canary: { count: 3 } });
    await house.rows(`UPDATE registrations SET status = 'suspended' WHERE id = $1`, [gone?.id]);
    await look(id);
    expect(await states(id)).toMatchObject({ [busy?.id ?? '']: 'pending', [gone?.id ?? '']: 'skipped' });
    await end(other, 'succeeded');
    await look(id);
    expect(await states(id)).toMatchObject({ [busy?.id ?? '']: 'running' });
  });

  it('leaves an unknown outcome to whoever resolves it: resuming tries only what clearly failed', async () => {
    const of = await app();
    await rename(of);
    const { id } = await begin(of, { canary: { count: 2 }, failureLimit: 5 });
    await look(id);
    const [unknown, failed] = await operations(of);
    await end(unknown?.id, 'outcome_unknown');
    await end(failed?.id, 'failed');
    await look(id);
    expect(await rollouts.get(house.scope, id)).toMatchObject({ status: 'halted', problem: { code: 'canary_failed' } });
    await rollouts.resume(house.scope, id);
    await look(id);
    const after = await operations(of);
    expect(after.map((one) => one.registration_id).filter((one) => one === unknown?.registration_id)).toHaveLength(1);
    expect(after.map((one) => one.registration_id).filter((one) => one === failed?.registration_id)).toHaveLength(2);
    expect(await rollouts.get(house.scope, id)).toMatchObject({ status: 'running' });
  });
});

describe('a client that nobody can change', () => {
  it('is left alone, or replaced where that was asked for and somebody else has said yes (H-05)', async () => {
    const of = await app(['sandbox', 'production']);
    const [lost] = of.registrations;
    await house.rows(`UPDATE registrations SET strategy = 'dynamic', manageable = 'control_lost' WHERE id = $1`, [lost?.id]);
    await rename(of);
    const alone = await rollouts.plan(house.scope, of.id, {});
    expect(alone).toMatchObject({ leftAlone: [{ registrationId: lost?.id, reason: 'needs_reregistration' }], needsApproval: false });
    const plan = await rollouts.plan(house.scope, of.id, { replace: true });
    expect(plan).toMatchObject({ leftAlone: [], needsApproval: true });
    expect(plan.items.find(({ registrationId }) => registrationId === lost?.id)).toMatchObject({ way: 'reregistration' });
    const canary = { registrationIds: [lost?.id ?? ''] };
    const { id, approvalId } = await begin(of, { replace: true, canary, planHash: plan.planHash });
    const approver = { ...house.scope, actor: { type: 'api_key' as const, id: newId(), name: 'Another' } };
    await approvals.approve(approver, approvalId ?? '');
    await look(id);
    const begun = await house.rows<{ kind: string; input: object }>(
      `SELECT kind, input FROM operations WHERE registration_id = $1 AND kind <> 'register'`,
      [lost?.id],
    );
    expect(begun).toMatchObject([{ kind: 'rotate', input: { phase: 'replace', accept_new_client_id: true, revision: 2, rollout_id: id } }]);
  });
});

describe('a client that would authenticate by a key from now on', () => {
  it('is planned to be replaced before anybody approves, for no update gives it one; a shared one is left to a person (J-07, H-05)', async () => {
    const before = { ...house.server.metadata };
    Object.assign(house.server.metadata, {
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'private_key_jwt'],
      token_endpoint_auth_signing_alg_values_supported: ['ES384'],
    });
    const of = await app(['sandbox', 'sandbox']);
    house.server.metadata = before;
    const [first, second] = of.registrations;
    await house.rows(`UPDATE registrations SET strategy = 'dynamic', manageable = 'yes' WHERE application_id = $1`, [of.id]);
    await house.rows(
      `UPDATE clients SET scope = 'application', tenant_id = NULL WHERE id = (SELECT client_id FROM registrations WHERE id = $1)`,
      [second?.id],
    );
    await house.applications.change(house.scope, of.id, {
      clientMetadata: { client_name: 'Sync', token_endpoint_auth_method: 'private_key_jwt' },
    });
    const left = (id?: string) => ({ registrationId: id, reason: 'needs_reregistration' });
    const plan = await rollouts.plan(house.scope, of.id, {});
    expect(plan).toMatchObject({ items: [], leftAlone: [left(first?.id), left(second?.id)] });
    expect(plan.leftAlone[0]?.detail).toContain('no key to authenticate with');
    const replacing = await rollouts.plan(house.scope, of.id, { replace: true });
    expect(replacing).toMatchObject({
      items: [{ registrationId: first?.id, way: 'reregistration' }],
      leftAlone: [left(second?.id)],
      needsApproval: true,
    });
  });
});

describe('an approval that nobody decides on', () => {
  it('ends the roll-out that waits for it, in time and once', async () => {
    const of = await app();
    await widen(of);
    const { id, approvalId } = await begin(of);
    await approvals.expireDue(complain);
    expect(await rollouts.get(house.scope, id)).toMatchObject({ status: 'awaiting_approval' });
    house.clock.advance(WEEK_MS);
    await Promise.all([approvals.expireDue(complain), approvals.expireDue(complain)]);
    expect(complaints).toEqual([]);
    expect(await rollouts.get(house.scope, id)).toMatchObject({ status: 'cancelled', problem: { code: 'approval_expired' } });
    expect(await approvals.get(house.scope, approvalId ?? '')).toMatchObject({ status: 'expired' });
    expect(await operations(of)).toEqual([]);
  });
});

describe('a key that is bound', () => {
  it('to hospitals begins nothing, and sees what is theirs', async () => {
    const of = await app();
    await rename(of);
    const [mine] = of.registrations;
    const bound = { ...house.scope, tenantIds: [mine?.tenantId ?? ''] };
    await expect(begin(of, {}, bound)).rejects.toMatchObject({ code: 'rollouts.bound_key' });
    const { id } = await begin(of);
    expect((await rollouts.get(bound, id)).items.map((item) => item.registrationId)).toEqual([mine?.id]);
    await expect(rollouts.pause(bound, id)).rejects.toMatchObject({ code: 'rollouts.bound_key' });
    const elsewhere = { ...house.scope, tenantIds: [await house.tenant('Elsewhere')] };
    await expect(rollouts.get(elsewhere, id)).rejects.toMatchObject({ code: 'rollouts.not_found' });
    expect((await rollouts.list(elsewhere, of.id, { limit: 10 })).items).toEqual([]);
  });

  it('to an environment rolls out there alone; sandboxes go first where nothing binds', async () => {
    const of = await app(['production', 'non_production', 'sandbox']);
    await rename(of);
    const [production, , sandbox] = of.registrations;
    const plan = await rollouts.plan(house.scope, of.id, {});
    expect(plan.items.filter((item) => item.canary).map((item) => item.registrationId)).toEqual([sandbox?.id]);
    const bound = { ...house.scope, environment: 'production' } as const;
    const { items, environment } = await begin(of, {}, bound);
    expect([environment, items.map((item) => item.registrationId)]).toEqual(['production', [production?.id]]);
    const foreign = { ...house.scope, applicationId: newId() };
    await expect(begin(of, {}, foreign)).rejects.toMatchObject({ code: 'rollouts.application_not_found' });
  });
});
