import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { managedHouse, type ManagedHouse, type ProductName } from '../../../test/support/managed-house.js';
import type { RegistrationView } from './registration-view.js';
import { SyncScheduler } from './sync-scheduler.js';

const PRODUCTS = ['keycloak', 'curity', 'janssen', 'auth0'] as const satisfies ProductName[];

let house: ManagedHouse;
beforeAll(async () => {
  house = await managedHouse(PRODUCTS);
});
afterAll(() => house.close());
afterEach(() => house.sandbox.clearFaults());

/** Somebody at the hospital changes the client by hand. */
async function changedThere(vendor: ProductName, registration: RegistrationView, metadata: Record<string, unknown>): Promise<void> {
  const entry = await house.truth(vendor, registration);
  await house.sandbox.simulator.changeClient({ vendor, hospital: entry?.hospital ?? '', client_id: entry?.client_id ?? '', metadata });
}

async function sync(id: string) {
  const { operation } = await house.registrations.sync(house.scope, id);
  await house.workOn();
  return house.registrations.operation(house.scope, operation?.id ?? '');
}

describe('a sync', () => {
  it('finds what stands as it was asked for (J-09)', async () => {
    const { id } = await house.registered('keycloak');
    expect(await sync(id)).toMatchObject({ status: 'succeeded' });
    expect(await house.view(id)).toMatchObject({ status: 'active', drift: 'none', manageable: 'yes' });
    expect(await house.attempts(id)).toEqual([{ kind: 'read', status: 'applied' }]);
  });

  it.each([
    ['narrowed', { contacts: [], scope: '' }],
    ['changed', { client_name: 'Renamed by hand' }],
  ] as const)('finds what was %s at the hospital, and says so once', async (drift, metadata) => {
    const registration = await house.registered('keycloak');
    await changedThere('keycloak', registration, metadata);
    await sync(registration.id);
    await sync(registration.id);
    expect(await house.view(registration.id)).toMatchObject({ status: 'active', drift });
    const told = await house.rows(`SELECT 1 FROM events WHERE type = 'registration.drifted' AND subject_id = $1`, [registration.id]);
    expect(told).toHaveLength(1);
  });

  it('takes redirect URIs back that somebody added there (A-35)', async () => {
    const registration = await house.registered('keycloak');
    await changedThere('keycloak', registration, { redirect_uris: ['https://elsewhere.example/callback'] });
    await sync(registration.id);
    expect(await house.view(registration.id)).toMatchObject({
      status: 'active',
      drift: 'none',
      operation: { kind: 'update', status: 'succeeded' },
    });
    expect((await house.truth('keycloak', registration))?.history?.metadata['redirect_uris']).toBeUndefined();
  });

  it.each(['curity', 'auth0'] as const)(
    'at %s goes by the scope of a token, because a read would change the client or is not there (B-02)',
    async (product) => {
      const { id } = await house.registered(product);
      expect(await sync(id)).toMatchObject({ status: 'succeeded', steps: [{ name: 'compare_token' }] });
      expect(await house.attempts(id)).toEqual([]);
      expect(await house.view(id)).toMatchObject({ drift: 'none' });
    },
  );

  it('is begun once a week for each registration, where a read changes nothing', async () => {
    const safe = await house.registered('janssen');
    const renewed = await house.registered('curity');
    const failures: unknown[] = [];
    const scheduler = new SyncScheduler(
      house.database,
      house.clock,
      () => undefined,
      (error) => failures.push(error),
    );
    const syncs = async (id: string) =>
      (await house.rows(`SELECT 1 FROM operations WHERE registration_id = $1 AND kind = 'sync'`, [id])).length;
    await scheduler.look();
    expect([await syncs(safe.id), await syncs(renewed.id)]).toEqual([0, 0]);
    for (const weeks of [1, 2]) {
      house.clock.advance(7 * 86_400_000);
      await Promise.all([scheduler.look(), scheduler.look()]);
      await house.workOn();
      expect([await syncs(safe.id), await syncs(renewed.id)]).toEqual([weeks, 0]);
    }
    expect(failures).toEqual([]);
    expect(await house.view(safe.id)).toMatchObject({ status: 'active', drift: 'none' });
  });

  it('of what is not active is refused', async () => {
    const [ehr, tenantId, applicationId] = [await house.ehr(), await house.tenant('Nobody'), await house.application()];
    const { id } = await house.registrations.create(house.scope, { connection: { tenantId, ehrId: ehr.id }, applicationId });
    await expect(house.registrations.sync(house.scope, id)).rejects.toMatchObject({ code: 'registrations.not_active' });
  });
});
