import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '@registrar/vault';
import { registrationHouse, type RegistrationHouse } from '../../../test/support/registration-house.js';

let house: RegistrationHouse;
beforeAll(async () => {
  house = await registrationHouse();
});
afterAll(() => house.close());

/** Two hospitals, an EHR of the first, one that they share; the first is connected to both. */
async function world() {
  const [mary, john] = [await house.tenant('Mary'), await house.tenant('John')];
  const [own, shared] = [await house.ehr({ tenantId: mary }), await house.ehr()];
  for (const ehr of [own, shared]) await house.connections.create(house.scope, { tenantId: mary, ehrId: ehr.id });
  const applicationId = await house.application();
  const wanted = { applicationId, tenantIds: [mary, john], ehrIds: [own.id, shared.id], connect: false };
  return { mary, john, own: own.id, shared: shared.id, applicationId, wanted };
}

const count = async (table: string, workspace = house.scope.workspaceId) => {
  const [row] = await house.rows<{ n: number }>(`SELECT count(*)::int AS n FROM ${table} WHERE workspace_id = $1`, [workspace]);
  return row?.n ?? -1;
};

describe('a batch', () => {
  it('is planned without a trace: what is to be created, what is left out and why, how long, and one hash', async () => {
    const { mary, john, own, shared, wanted } = await world();
    const before = await Promise.all(['registrations', 'connections', 'audit_events'].map((table) => count(table)));
    const plan = await house.batches.plan(house.scope, wanted);
    expect(plan.toCreate.map((pair) => pair.tenantId)).toEqual([mary, mary]);
    expect(plan.toCreate[0]).toMatchObject({ strategy: 'dynamic', authMethod: 'client_secret_basic', environment: 'sandbox' });
    expect(plan.leftOut).toEqual([
      { tenantId: john, ehrId: own, reason: 'not_this_hospitals' },
      { tenantId: john, ehrId: shared, reason: 'not_connected' },
    ]);
    expect(plan.durationMs).toBeGreaterThan(0);
    expect(await house.batches.plan(house.scope, wanted)).toMatchObject({ planHash: plan.planHash });
    const connecting = await house.batches.plan(house.scope, { ...wanted, connect: true });
    expect(connecting.toCreate).toHaveLength(3);
    expect(connecting.toCreate.filter((pair) => pair.connectionId === undefined)).toMatchObject([{ tenantId: john, ehrId: shared }]);
    expect(connecting.planHash).not.toBe(plan.planHash);
    expect(await Promise.all(['registrations', 'connections', 'audit_events'].map((table) => count(table)))).toEqual(before);
  });

  it('creates what is missing at once; the same batch again creates nothing, and says what is there', async () => {
    const { wanted } = await world();
    const connect = { ...wanted, connect: true };
    const { planHash } = await house.batches.plan(house.scope, connect);
    const first = await house.batches.create(house.scope, connect, planHash);
    expect(first.items.map((item) => [item.outcome, item.status])).toEqual(Array.from({ length: 3 }, () => ['created', 'pending']));
    const again = await house.batches.create(house.scope, connect, planHash);
    expect(again.items.map((item) => item.outcome)).toEqual(['existing', 'existing', 'existing']);
    expect(again.items.map((item) => item.registrationId).sort()).toEqual(first.items.map((item) => item.registrationId).sort());
    const [made] = await house.rows<{ n: number }>(
      `SELECT count(*)::int AS n FROM operations o JOIN registrations r ON r.id = o.registration_id WHERE r.application_id = $1`,
      [wanted.applicationId],
    );
    expect(made).toEqual({ n: 3 });
  });

  it('of which a pair is registered by somebody else at the same moment still gets through', async () => {
    const { wanted } = await world();
    const two = await Promise.all([house.batches.create(house.scope, wanted), house.batches.create(house.scope, wanted)]);
    expect(two.flatMap((batch) => batch.items.map((item) => item.outcome)).sort()).toEqual(['created', 'created', 'existing', 'existing']);
  });

  it('is refused where its plan has changed, is empty, or names what the caller does not have', async () => {
    const { wanted, applicationId, mary, shared } = await world();
    const plan = await house.batches.plan(house.scope, wanted);
    await house.applications.change(house.scope, applicationId, { clientMetadata: { client_name: 'Sync, renamed' } });
    await expect(house.batches.create(house.scope, wanted, plan.planHash)).rejects.toMatchObject({ code: 'batches.plan_changed' });
    const alone = { ...wanted, tenantIds: [wanted.tenantIds[1] ?? ''] };
    await expect(house.batches.create(house.scope, alone)).rejects.toMatchObject({ code: 'batches.empty' });
    const unknown = { ...wanted, tenantIds: [mary, newId()], ehrIds: [shared] };
    await expect(house.batches.plan(house.scope, unknown)).rejects.toMatchObject({
      code: 'batches.not_all_found',
      options: { errors: [{ pointer: '/tenant_ids/1', code: 'not_found' }] },
    });
    await expect(house.batches.plan(await house.workspace(), wanted)).rejects.toMatchObject({ code: 'batches.not_all_found' });
    await expect(house.batches.plan(house.scope, { ...wanted, applicationId: newId() })).rejects.toMatchObject({
      code: 'registrations.application_not_found',
    });
    await expect(house.batches.create({ ...house.scope, environment: 'production' }, wanted)).rejects.toMatchObject({
      code: 'registrations.environment_mismatch',
    });
  });

  it('shows a caller who is bound to a hospital nothing of another one', async () => {
    const { wanted, mary, john } = await world();
    const { id } = await house.batches.create(house.scope, wanted);
    const asJohn = await house.batches.get({ ...house.scope, tenantIds: [john] }, id);
    expect(asJohn.items).toEqual([]);
    expect(asJohn.leftOut.every((pair) => pair.tenantId === john)).toBe(true);
    const asMary = await house.batches.get({ ...house.scope, tenantIds: [mary] }, id);
    expect(asMary.items).toHaveLength(2);
    expect(asMary.leftOut).toEqual([]);
    const stranger = await house.tenant('Stranger');
    await expect(house.batches.get({ ...house.scope, tenantIds: [stranger] }, id)).rejects.toMatchObject({ code: 'batches.not_found' });
    await expect(house.batches.get(await house.workspace(), id)).rejects.toMatchObject({ code: 'batches.not_found' });
  });

  it('retries what failed, and never what is unknown, active or waits for somebody', async () => {
    const { wanted, shared } = await world();
    const tenants = await Promise.all(['A', 'B', 'C', 'D', 'E'].map((name) => house.tenant(name)));
    const { id, items } = await house.batches.create(house.scope, { ...wanted, tenantIds: tenants, ehrIds: [shared], connect: true });
    const standings = [
      `'rejected', NULL`,
      `'outcome_unknown', NULL`,
      `'active', NULL`,
      `'action_required', 'supply_initial_access_token'`,
      `'action_required', 'fix_credential'`,
    ];
    await house.rows(`UPDATE operations SET status = 'failed' WHERE registration_id = ANY ($1)`, [
      items.map((item) => item.registrationId),
    ]);
    for (const [index, standing] of standings.entries())
      await house.rows(`UPDATE registrations SET (status, action) = (${standing}) WHERE id = $1`, [items[index]?.registrationId]);
    const after = await house.batches.retryFailed(house.scope, id);
    const statusOf = (index: number) => after.items.find((item) => item.registrationId === items[index]?.registrationId)?.status;
    expect([0, 1, 2, 3, 4].map(statusOf)).toEqual(['pending', 'outcome_unknown', 'active', 'action_required', 'pending']);
    const [open] = await house.rows<{ n: number }>(
      `SELECT count(*)::int AS n FROM batch_items b JOIN operations o ON o.id = b.operation_id WHERE b.batch_id = $1 AND o.status = 'queued'`,
      [id],
    );
    expect(open).toEqual({ n: 2 });
    expect((await house.batches.retryFailed(house.scope, id)).items.map((item) => item.status).sort()).toEqual(
      after.items.map((item) => item.status).sort(),
    );
  });
});
