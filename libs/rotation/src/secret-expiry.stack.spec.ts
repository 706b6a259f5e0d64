import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { managedHouse, type ManagedHouse } from '../../../test/support/managed-house.js';
import { RotationScheduler } from './rotation-scheduler.js';
import { hurryWorkspace, wakeWorkspace } from './schedule.repository.js';

const DAY = 86_400_000;
let house: ManagedHouse;
beforeAll(async () => {
  house = await managedHouse(['keycloak', 'oauth_overlap']);
});
afterAll(() => house.close());

/** From now on the server's answers say that the secret ends then: in seconds as RFC 7591 has it; null: they do not say. */
async function says(product: 'keycloak' | 'oauth_overlap', id: string, seconds: number | null): Promise<void> {
  const entry = await house.truth(product, await house.view(id));
  const of = { vendor: product, hospital: entry?.hospital ?? '', client_id: entry?.client_id ?? '' };
  await house.sandbox.simulator.changeClient({ ...of, secret_expires_at: seconds });
}
const inDays = (days: number) => Math.floor((house.clock.now().getTime() + days * DAY) / 1000);

/** The scheduler looks at what is to be scheduled, and at what is due. */
async function look(): Promise<void> {
  const { database, audit, events, clock } = house;
  const scheduler = new RotationScheduler(
    database,
    { audit, events },
    clock,
    () => undefined,
    (error) => {
      throw error;
    },
  );
  await database.transaction(house.scope, async (tx) => {
    await wakeWorkspace(tx, clock.now());
    await hurryWorkspace(tx, clock.now());
  });
  await scheduler.look();
}

/** When the current secret ends, and in how many days the registration is rotated, both as the books have it. */
async function books(id: string): Promise<{ ends: number | undefined; due: number }> {
  const { credential, nextRotationAt } = await house.view(id);
  const days = ((nextRotationAt?.getTime() ?? 0) - house.clock.now().getTime()) / DAY;
  return { ends: credential?.expiresAt ? credential.expiresAt.getTime() / 1000 : undefined, due: days };
}

describe('a secret that stays, and ends at another moment (H-08)', () => {
  it('is rotated by the end that a read says, an earlier and a later one, and by none once it never ends', async () => {
    const { id } = await house.registered('keycloak');
    const [soon, later] = [inDays(30), inDays(60)];
    await says('keycloak', id, soon);
    await house.carryOut(id, 'sync');
    await look();
    const first = await books(id);
    expect(first.ends).toBe(soon);
    expect(first.due).toBeGreaterThan(10);
    expect(first.due).toBeLessThanOrEqual(15);
    await says('keycloak', id, later);
    await house.carryOut(id, 'sync');
    await look();
    const second = await books(id);
    expect(second.ends).toBe(later);
    expect(second.due).toBeGreaterThan(25);
    expect(second.due).toBeLessThanOrEqual(30);
    await says('keycloak', id, 0);
    await house.carryOut(id, 'sync');
    await look();
    const third = await books(id);
    expect(third.ends).toBeUndefined();
    expect(third.due).toBeGreaterThan(85);
  });

  it('is as before where the answer does not say, or says a moment that is over: it is not failed for that (B-08, K-19)', async () => {
    const { id } = await house.registered('keycloak');
    const ends = inDays(60);
    await says('keycloak', id, ends);
    await house.carryOut(id, 'sync');
    await look();
    const before = await books(id);
    for (const said of [null, inDays(-1), -1]) {
      await says('keycloak', id, said);
      await house.carryOut(id, 'sync');
      await look();
      expect(await books(id)).toEqual(before);
      expect(await house.view(id)).toMatchObject({ status: 'active' });
    }
  });

  it('is alarmed about anew: an end that has moved is another one', async () => {
    const { id } = await house.registered('keycloak');
    const told = () => house.rows(`SELECT data->>'days' AS days FROM events WHERE type = 'credential.expiring' AND subject_id = $1`, [id]);
    await house.rows(`UPDATE credentials SET created_at = created_at - interval '1 year' WHERE registration_id = $1`, [id]);
    await says('keycloak', id, inDays(6));
    await house.carryOut(id, 'sync');
    await look();
    expect(await told()).toEqual([{ days: '7' }]);
    await says('keycloak', id, inDays(13));
    await house.carryOut(id, 'sync');
    await look();
    expect(await told()).toEqual([{ days: '7' }, { days: '14' }]);
  });

  it('has its end from the answer to an update, too', async () => {
    const { id } = await house.registered('keycloak');
    const ends = inDays(30);
    await says('keycloak', id, ends);
    expect(await house.carryOut(id, 'update', { repair: true })).toMatchObject({ status: 'succeeded' });
    await look();
    expect((await books(id)).ends).toBe(ends);
  });

  it('is the one that the server goes by: after a roll-back the newer, which is scheduled by it once it is gone back to (H-03)', async () => {
    const { id } = await house.registered('oauth_overlap');
    const quirks = { secretOverlap: true, readRotates: { rat: false, secret: false }, putRotates: { rat: false, secret: true } };
    await house.rows(
      `UPDATE authorization_servers s SET declared_quirks = $2::jsonb FROM registrations r JOIN ehrs e ON e.id = r.ehr_id WHERE r.id = $1 AND s.id = e.authorization_server_id`,
      [id, JSON.stringify(quirks)],
    );
    const ends = () =>
      house.rows<{ version: number; stage: string; at: Date | null }>(
        `SELECT version, stage, expires_at AS at FROM credentials WHERE registration_id = $1 ORDER BY version`,
        [id],
      );
    const back = () => house.carryOut(id, 'rotate', { phase: 'roll_back', reason: 'scheduled' });
    expect(await house.carryOut(id, 'rotate', { reason: 'scheduled' })).toMatchObject({ status: 'succeeded' });
    expect(await back()).toMatchObject({ status: 'succeeded' });
    const [older] = await ends();
    const soon = inDays(30);
    await says('oauth_overlap', id, soon);
    await house.carryOut(id, 'sync');
    expect(await ends()).toEqual([
      { version: 1, stage: 'current', at: older?.at },
      { version: 2, stage: 'previous', at: new Date(soon * 1000) },
    ]);
    expect(await back()).toMatchObject({ status: 'succeeded' });
    const { ends: at, due } = await books(id);
    expect(at).toBe(soon);
    expect(due).toBeGreaterThan(10);
    expect(due).toBeLessThanOrEqual(15);
  });
});
