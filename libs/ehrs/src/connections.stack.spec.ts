import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publicId } from '@registrar/database';
import { newId } from '@registrar/vault';
import { ehrHouse, type EhrHouse } from '../../../test/support/ehr-house.js';
import { ensureConnections } from './index.js';

let house: EhrHouse;
beforeAll(async () => {
  house = await ehrHouse();
});
afterAll(() => house.close());

describe('connections', () => {
  it("are refused at another hospital's EHR, and made once", async () => {
    const [mary, john] = [
      await house.tenants.create(house.scope, { name: 'Mary' }),
      await house.tenants.create(house.scope, { name: 'John' }),
    ];
    const ehr = await house.make(await house.server(), { tenantId: mary.id });
    const wrong = house.connections.create(house.scope, { tenantId: john.id, ehrId: ehr.id });
    await expect(wrong).rejects.toMatchObject({ code: 'ehrs.another_hospital' });
    const connection = await house.connections.create(house.scope, { tenantId: mary.id, ehrId: ehr.id });
    await expect(house.connections.create(house.scope, { tenantId: mary.id, ehrId: ehr.id })).rejects.toMatchObject({
      code: 'connections.already_exists',
      options: { extra: { existing_id: publicId('con', connection.id) } },
    });
    await expect(house.connections.create(house.scope, { tenantId: newId(), ehrId: ehr.id })).rejects.toMatchObject({
      code: 'ehrs.tenant_not_found',
    });
    await expect(
      house.connections.create({ ...house.scope, environment: 'production' }, { tenantId: mary.id, ehrId: ehr.id }),
    ).rejects.toMatchObject({
      code: 'access.environment_mismatch',
    });
    const production = { ...house.scope, environment: 'production' as const };
    const mismatch = { code: 'access.environment_mismatch' };
    await expect(house.connections.get(production, connection.id)).rejects.toMatchObject(mismatch);
    await expect(house.connections.change(production, connection.id, {})).rejects.toMatchObject(mismatch);
    await expect(house.connections.list(production, { ehrId: ehr.id }, { limit: 5 })).rejects.toMatchObject(mismatch);
    expect((await house.connections.list(production, {}, { limit: 5 })).items).toEqual([]);
    const sandbox = { ...house.scope, environment: 'sandbox' as const };
    expect((await house.connections.list(sandbox, {}, { limit: 5 })).items).toMatchObject([{ id: connection.id }]);
    await house.connections.remove(house.scope, connection.id);
    await expect(house.connections.get(house.scope, connection.id)).rejects.toMatchObject({ code: 'connections.not_found' });
  });

  it('of many pairs are ensured by one statement, which leaves out what may not be', async () => {
    const [mary, john] = [
      await house.tenants.create(house.scope, { name: 'Mary' }),
      await house.tenants.create(house.scope, { name: 'John' }),
    ];
    const [own, shared] = [await house.make(await house.server(), { tenantId: mary.id }), await house.make(await house.server())];
    const pairs = [mary, john].flatMap((tenant) => [own, shared].map((ehr) => ({ tenantId: tenant.id, ehrId: ehr.id })));
    const ensure = () => house.database.transaction(house.scope, (tx) => ensureConnections(tx, pairs, house.clock.now()));
    const [one, two] = await Promise.all([ensure(), ensure()]);
    expect(one).toHaveLength(3);
    expect(two.map((row) => row.connectionId).sort()).toEqual(one.map((row) => row.connectionId).sort());
    expect([...one, ...two].filter((row) => row.created)).toHaveLength(3);
    expect(one.some((row) => row.tenantId === john.id && row.ehrId === own.id)).toBe(false);
  });
});
