import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publicId, type UnitOfWork } from '@registrar/database';
import { nounHouse, type NounHouse } from '../../../test/support/noun-house.js';
import { tenantsEntities } from './index.js';

let house: NounHouse;
let scope: UnitOfWork;
beforeAll(async () => {
  house = await nounHouse(tenantsEntities);
  scope = await house.workspace();
});
afterAll(() => house.close());

describe('workspaces', () => {
  it('are made once, and the audit trail says so once', async () => {
    const founded = await house.rows(`SELECT action FROM audit_events WHERE workspace_id = $1 AND subject_id = $1`, [scope.workspaceId]);
    expect(founded).toEqual([{ action: 'workspace.create' }]);
  });
});

describe('tenants', () => {
  it('are stored with audit entry and event in the same transaction', async () => {
    const tenant = await house.tenants.create(scope, { name: 'St. Mary', externalId: 'h-1', metadata: { region: 'north' } });
    expect(tenant).toMatchObject({ name: 'St. Mary', externalId: 'h-1', contacts: [], status: 'active', version: 1 });
    expect(await house.rows(`SELECT action, tenant_id FROM audit_events WHERE subject_id = $1`, [tenant.id])).toEqual([
      { action: 'tenant.create', tenant_id: tenant.id },
    ]);
    expect(await house.rows(`SELECT type FROM events WHERE subject_id = $1`, [tenant.id])).toEqual([{ type: 'tenant.created' }]);
  });

  it('refuse an external_id that is taken, naming who has it, and leave nothing behind', async () => {
    const first = await house.tenants.create(scope, { name: 'First', externalId: 'taken' });
    const second = house.tenants.create(scope, { name: 'Second', externalId: 'taken' });
    await expect(second).rejects.toMatchObject({
      code: 'tenants.external_id_taken',
      options: { extra: { existing_id: publicId('ten', first.id) } },
    });
    expect(await house.rows(`SELECT name FROM tenants WHERE external_id = 'taken'`)).toEqual([{ name: 'First' }]);
    const elsewhere = await house.workspace();
    expect(await house.tenants.create(elsewhere, { name: 'Same id, other workspace', externalId: 'taken' })).toMatchObject({ version: 1 });
  });

  it('change by version: who has seen an older one is told', async () => {
    const { id } = await house.tenants.create(scope, { name: 'Old', externalId: 'gone-soon' });
    expect(await house.tenants.change(scope, id, { name: 'New', externalId: null }, 1)).toMatchObject({ name: 'New', version: 2 });
    await expect(house.tenants.change(scope, id, { name: 'Late' }, 1)).rejects.toMatchObject({ code: 'tenants.changed_meanwhile' });
    expect(await house.tenants.get(scope, id)).toMatchObject({ name: 'New', version: 2 });
    expect(await house.tenants.get(scope, id)).not.toHaveProperty('externalId');
  });

  it('of another workspace, or of another hospital for a bound caller, are unknown', async () => {
    const mine = await house.tenants.create(scope, { name: 'Mine' });
    const other = await house.tenants.create(scope, { name: 'Other' });
    const bound = { ...scope, tenantIds: [mine.id] };
    await expect(house.tenants.get(await house.workspace(), mine.id)).rejects.toMatchObject({ code: 'tenants.not_found' });
    await expect(house.tenants.get(bound, other.id)).rejects.toMatchObject({ code: 'tenants.not_found' });
    await expect(house.tenants.change(bound, other.id, { name: 'Taken over' })).rejects.toMatchObject({ code: 'tenants.not_found' });
    await expect(house.tenants.create(bound, { name: 'One more' })).rejects.toMatchObject({ code: 'tenants.bound_key' });
    expect((await house.tenants.list(bound, {}, { limit: 10 })).items.map((tenant) => tenant.id)).toEqual([mine.id]);
  });

  it('are listed newest first, page by page, without a gap or a repetition', async () => {
    const fresh = await house.workspace();
    const made: string[] = [];
    for (let n = 0; n < 5; n += 1) made.push((await house.tenants.create(fresh, { name: `T${n}` })).id);
    const seen: string[] = [];
    for (let after: string | undefined; seen.length < 9;) {
      const page = await house.tenants.list(fresh, {}, { limit: 2, ...(after === undefined ? {} : { after }) });
      seen.push(...page.items.map((tenant) => tenant.id));
      after = page.nextAfter;
      if (after === undefined) break;
    }
    expect(seen).toEqual([...made].sort().reverse());
  });
});
