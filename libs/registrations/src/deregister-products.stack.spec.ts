import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../../test/support/part.js';
import { managedHouse, type ManagedHouse, type ProductName } from '../../../test/support/managed-house.js';
import { beginOperation } from './start-operation.js';

/** What becomes of the client at each of protocol.md's servers, and why it is left where it is. */
const ENDS = {
  'node-oidc-provider': 'deleted',
  keycloak: 'deleted',
  hydra: 'deleted',
  mitreid: 'deleted',
  curity: 'deleted',
  ibm: 'deleted',
  pingam: 'deleted',
  pingfederate: 'deleted',
  janssen: 'deleted',
  glewlwyd: 'deleted',
  authlib: 'deleted',
  duende: 'orphaned',
  auth0: 'orphaned',
} as const satisfies Partial<Record<ProductName, 'deleted' | 'orphaned'>>;
const PRODUCTS = Object.keys(ENDS) as (keyof typeof ENDS)[];

let house: ManagedHouse;
beforeAll(async () => {
  house = await managedHouse([...PRODUCTS, 'spring']);
});
afterAll(() => house.close());

describe('deregistering at the servers of protocol.md C', () => {
  it.each(PRODUCTS)('%s: our book and the server’s agree (B-10, K-44, K-45)', async (product) => {
    const registration = await house.registered(product);
    await house.deregistrations.deregister(house.scope, registration.id);
    await house.workOn();
    const gone = await house.view(registration.id);
    expect(gone).toMatchObject({ status: 'deregistered', operation: { kind: 'deregister', status: 'succeeded' } });
    const [client] = await house.rows<{ status: string }>('SELECT status FROM clients WHERE client_id = $1', [registration.clientId]);
    const truth = await house.truth(product, registration);
    expect([client?.status, truth?.deleted_at === null]).toEqual([ENDS[product], ENDS[product] === 'orphaned']);
    expect(gone.residue.map((rest) => rest.client_id)).toEqual(ENDS[product] === 'orphaned' ? [registration.clientId] : []);
  });

  it.each(['is waited for, and what it renewed is used', 'was kept when its worker was overtaken, and is taken up'])(
    'while an update is under way: its answer %s (A22, B-03, K-33)',
    async (what) => {
      const registration = await house.registered('authlib');
      const fault = { vendor: 'authlib', endpoint: 'client_configuration', method: 'PUT', kind: 'delay', delay_ms: 1_500 } as const;
      await house.sandbox.fault({ ...fault, after_commit: true });
      await house.database.transaction(house.scope, (tx) => {
        const input = { clientMetadata: { client_name: 'Sync 2' } };
        return beginOperation(tx, { registrationId: registration.id, kind: 'update', input }, house.clock.now());
      });
      const working = house.work();
      await until('the update to be under way', async () => {
        const rows = await house.rows(`SELECT id FROM attempts WHERE registration_id = $1 AND kind = 'update' AND status = 'sending'`, [
          registration.id,
        ]);
        return rows.length > 0;
      });
      if (what.startsWith('was kept'))
        await house.rows(`UPDATE registrations SET fence = nextval('fences') WHERE id = $1`, [registration.id]);
      await house.deregistrations.deregister(house.scope, registration.id);
      await working;
      await house.workOn();
      expect(await house.view(registration.id)).toMatchObject({ status: 'deregistered', residue: [] });
      expect((await house.truth('authlib', registration))?.deleted_at).not.toBeNull();
      const updates = await house.rows(`SELECT status FROM attempts WHERE registration_id = $1 AND kind = 'update'`, [registration.id]);
      expect(updates).toEqual([{ status: 'applied' }]);
    },
  );

  it('of what a person had to look at goes too', async () => {
    await expect(house.registered('spring')).rejects.toThrow('action_required');
    const [row] = await house.rows<{ id: string }>(`SELECT id FROM registrations WHERE status = 'action_required'`);
    await house.deregistrations.deregister(house.scope, row?.id ?? '');
    await house.workOn();
    expect(await house.view(row?.id ?? '')).toMatchObject({ status: 'deregistered', residue: [{ reason: 'delete_not_supported' }] });
  });
});
