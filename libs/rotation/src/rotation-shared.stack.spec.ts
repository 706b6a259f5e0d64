import { Doorbell } from '@registrar/registrations';
import { Secret } from '@registrar/secret';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RegistrationHouse } from '../../../test/support/registration-house.js';
import { rotatingHouse, type Made, type RotatingHouse } from '../../../test/support/rotating-house.js';
import { PersonCompletion } from './person-completion.service.js';
import { RotationRuns } from './rotation-runs.service.js';
import { RotationScheduler } from './rotation-scheduler.js';
import { hurryWorkspace, wakeWorkspace } from './schedule.repository.js';
import { schedulePromoted } from './schedule.js';
import { Rotations, type RotationsParts } from './rotations.service.js';

let house: RegistrationHouse;
let world: RotatingHouse;
let parts: RotationsParts;
let rotations: Rotations;
beforeAll(async () => {
  world = await rotatingHouse();
  house = world.house;
  const { database, audit, events, clock } = house;
  parts = { database, records: { audit, events }, clock, doorbell: new Doorbell(() => undefined) };
  rotations = new Rotations(parts);
});
afterAll(() => house.close());

describe('a client that hospitals share', () => {
  /** Three hospitals with the same client and the same secret. */
  async function shared(): Promise<[Made, Made, Made]> {
    const first = await world.active();
    const others = [
      await world.active({ ehrId: first.ehrId, applicationId: first.applicationId }),
      await world.active({ ehrId: first.ehrId, applicationId: first.applicationId }),
    ];
    const all = [first, ...others] as [Made, Made, Made];
    await house.rows(
      `UPDATE clients SET scope = 'application', tenant_id = NULL WHERE id = (SELECT client_id FROM registrations WHERE id = $1)`,
      [first.id],
    );
    await house.rows(
      `WITH of AS (SELECT client_id FROM registrations WHERE id = $1), moved AS (UPDATE registrations SET client_id = of.client_id FROM of WHERE id = ANY ($2::uuid[]))
       UPDATE credentials SET client_id = of.client_id FROM of WHERE registration_id = ANY ($2::uuid[])`,
      [first.id, all.map(({ id }) => id)],
    );
    return all;
  }
  const rotating = async (ids: readonly Made[]) =>
    (
      await house.rows<{ id: string; input: { reason: string } }>(
        `SELECT registration_id AS id, input FROM operations WHERE kind = 'rotate' AND status = 'queued' AND registration_id = ANY ($1::uuid[])`,
        [ids.map(({ id }) => id)],
      )
    ).length;

  /** The scheduler looks at what is due. */
  async function look(): Promise<void> {
    const scheduler = new RotationScheduler(
      parts.database,
      parts.records,
      house.clock,
      () => undefined,
      (error) => {
        throw error;
      },
    );
    await house.database.transaction(house.scope, async (tx) => {
      await wakeWorkspace(tx, house.clock.now());
      await hurryWorkspace(tx, house.clock.now());
    });
    await scheduler.look();
  }

  it('is rotated as one for all of them, by whichever it is asked for (H-01, H-03)', async () => {
    const all = await shared();
    await expect(rotations.rotate(house.scope, all[1].id, {})).rejects.toMatchObject({ code: 'rotations.shared_client' });
    await rotations.rotate(house.scope, all[1].id, { confirmRegistrations: 3 });
    expect(await rotating(all)).toBe(3);
    // Of those that are busy one says so, and none begins anew.
    await expect(rotations.rotate(house.scope, all[0].id, { confirmRegistrations: 3 })).rejects.toMatchObject({
      code: 'registrations.operation_running',
    });
  });

  it('is rotated as one by a run and by the schedule, too; a key that is bound to a hospital is told why it may not (H-01)', async () => {
    const all = await shared();
    const bound = { ...house.scope, tenantIds: [all[0].tenantId] };
    await expect(rotations.rotate(bound, all[0].id, { confirmRegistrations: 1 })).rejects.toMatchObject({
      code: 'rotations.shared_beyond_key',
    });
    const runs = new RotationRuns(parts);
    expect((await runs.start(bound, { tenantId: all[0].tenantId }, 'compromised')).leftOut).toEqual([
      { registrationId: all[0].id, reason: 'shared_client' },
    ]);
    const run = await runs.start(house.scope, { tenantId: all[0].tenantId }, 'compromised');
    expect(run).toMatchObject({ counts: { queued: 3 }, revoked: 0, lastRevokedAt: null });
    // A run is read one part at a time, however large it is, and its counts are of the whole.
    const first = await runs.get(house.scope, run.id, { limit: 2 });
    const rest = await runs.get(house.scope, run.id, { limit: 2, after: first.nextAfter ?? '' });
    expect([first.rotations.length, rest.rotations.length, rest.nextAfter]).toEqual([2, 1, undefined]);
    expect([...first.rotations, ...rest.rotations]).toEqual(run.rotations);
    expect(rest.counts).toEqual({ queued: 3 });
    expect(await rotating(all)).toBe(3);
    // Two at a time at one server, which is the same for all of these.
    await house.rows(`UPDATE operations SET status = 'cancelled' WHERE status IN ('queued', 'running', 'waiting', 'action_required')`);
    const scheduled = await shared();
    await house.rows(`UPDATE registrations SET next_rotation_at = CASE WHEN id = $1 THEN $2::timestamptz END, reschedule = false`, [
      scheduled[2].id,
      house.clock.now(),
    ]);
    await look();
    expect(await rotating(scheduled)).toBe(3);
  });

  it('stays compromised for who was busy or suspended when it was said: they are due at once, and rotated for that reason (H-01)', async () => {
    const [first, busy, suspended] = await shared();
    const open = await world.rotation(busy, 'queued');
    await house.rows(`UPDATE operations SET kind = 'update' WHERE id = $1`, [open]);
    await house.rows(
      `UPDATE registrations SET status = CASE WHEN id = $1 THEN 'suspended' ELSE status END, next_rotation_at = $2 WHERE id = ANY ($3::uuid[])`,
      [suspended.id, new Date(house.clock.now().getTime() + 86_400_000), [busy.id, suspended.id]],
    );
    house.clock.advance(1_000);
    await rotations.rotate(house.scope, first.id, { reason: 'compromised', confirmRegistrations: 3 });
    expect(await rotating([first, busy, suspended])).toBe(1);
    // At one server two rotate at a time. The first has another secret by now.
    house.clock.advance(1_000);
    await house.rows(`UPDATE credentials SET stage = 'retired' WHERE registration_id = $1`, [first.id]);
    await world.credential(first.id, 2, 'current');
    await house.rows(`UPDATE operations SET status = 'succeeded' WHERE status = 'queued'`);
    await house.rows(`UPDATE registrations SET status = 'active' WHERE id = $1`, [suspended.id]);
    await look();
    const reasons = await house.rows<{ id: string; reason: string }>(
      `SELECT registration_id AS id, input->>'reason' AS reason FROM operations WHERE kind = 'rotate' AND registration_id = ANY ($1::uuid[])`,
      [[busy.id, suspended.id]],
    );
    // Who has what was promoted since is not rotated again with those that are behind.
    expect(await world.house.rows(`SELECT 1 FROM operations WHERE kind = 'rotate' AND registration_id = $1`, [first.id])).toHaveLength(1);
    expect(reasons.sort((a, b) => a.id.localeCompare(b.id))).toEqual(
      [busy.id, suspended.id].sort().map((id) => ({ id, reason: 'compromised' })),
    );
  });

  it('is rotated by who was on the way to be active when it was said, as soon as it is active (H-01)', async () => {
    const [first, second, third] = await shared();
    // What an earlier try was made with was never used.
    await house.rows(`UPDATE credentials SET version = 2, stage = 'pending', promoted_at = NULL WHERE registration_id = $1`, [third.id]);
    await house.rows(`UPDATE registrations SET status = 'verifying', next_rotation_at = NULL WHERE id = $1`, [third.id]);
    house.clock.advance(1_000);
    await rotations.rotate(house.scope, first.id, { reason: 'compromised', confirmRegistrations: 3 });
    expect(await rotating([first, second, third])).toBe(2);
    await house.rows(`UPDATE operations SET status = 'succeeded' WHERE status = 'queued'`);
    // It is proven with what it has, and active.
    house.clock.advance(1_000);
    const now = house.clock.now();
    await house.rows(`UPDATE credentials SET stage = 'current', promoted_at = $2 WHERE registration_id = $1`, [third.id, now]);
    const due = await house.database.transaction(house.scope, (tx) => schedulePromoted(tx, [{ registrationId: third.id }], now));
    expect(due.get(third.id)).toEqual(now);
    await house.rows(`UPDATE registrations SET status = 'active', next_rotation_at = $2 WHERE id = $1`, [third.id, now]);
    await look();
    expect(
      await house.rows(`SELECT input->>'reason' AS reason FROM operations WHERE kind = 'rotate' AND registration_id = $1`, [third.id]),
    ).toEqual([{ reason: 'compromised' }]);
  });

  it('is looked at again as soon as it is done where a run of what is compromised found it busy (H-01)', async () => {
    const [first, busy] = await shared();
    await world.rotation(busy, 'queued');
    await house.rows(`UPDATE registrations SET next_rotation_at = $2 WHERE id = $1`, [
      busy.id,
      new Date(house.clock.now().getTime() + 86_400_000),
    ]);
    const run = await new RotationRuns(parts).start(house.scope, { tenantId: first.tenantId }, 'compromised');
    expect(run.leftOut).toEqual([{ registrationId: busy.id, reason: 'operation_running' }]);
    expect(await house.rows(`SELECT next_rotation_at AS at FROM registrations WHERE id = $1`, [busy.id])).toEqual([
      { at: house.clock.now() },
    ]);
  });

  it('is completed as one by the person who has its new secret, also where a hospital has no rotation in hand (H-03)', async () => {
    const [first, second, third] = await shared();
    const steps = [
      { name: 'hand_to_person', kind: 'wait_for_person', status: 'running' },
      { name: 'prove_successor', kind: 'probe', status: 'pending' },
    ];
    for (const one of [first, second]) await world.rotation(one, 'action_required', { steps });
    const [{ client_id: clientId } = { client_id: '' }] = await house.rows<{ client_id: string }>(
      'SELECT c.client_id FROM clients c JOIN registrations r ON r.client_id = c.id WHERE r.id = $1',
      [first.id],
    );
    const completion = new PersonCompletion(parts, house.vault, house.completion);
    const made = { clientId, clientSecret: Secret.of('the-new-one') };
    await expect(completion.complete({ ...house.scope, tenantIds: [first.tenantId] }, first.id, made)).rejects.toMatchObject({
      code: 'rotations.shared_beyond_key',
    });
    await completion.complete(house.scope, second.id, made);
    const ids = [first, second, third].map(({ id }) => id);
    expect(
      await house.rows(
        `SELECT k.version, k.stage, (SELECT count(*)::integer FROM secrets s WHERE s.subject_id = k.id) AS sealed, o.status
           FROM credentials k JOIN operations o ON o.registration_id = k.registration_id AND o.kind = 'rotate'
          WHERE k.registration_id = ANY ($1::uuid[]) AND k.stage = 'pending'`,
        [ids],
      ),
    ).toEqual(ids.map(() => ({ version: 2, stage: 'pending', sealed: 1, status: 'queued' })));
  });
});
