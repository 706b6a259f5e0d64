import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { registrationHouse, type RegistrationHouse } from '../../../test/support/registration-house.js';
import { RotationLines } from './rotation-lines.service.js';
import { RotationPolicies } from './rotation-policies.service.js';
import { writeSchedule } from './schedule.repository.js';
import { schedulePromoted } from './schedule.js';
import { RotationScheduler } from './rotation-scheduler.js';

const DAY = 86_400_000;
let house: RegistrationHouse;
let policies: RotationPolicies;
let lines: RotationLines;
beforeAll(async () => {
  house = await registrationHouse();
  const { database, audit, events, clock } = house;
  policies = new RotationPolicies(database, { audit, events }, clock);
  lines = new RotationLines(database, { audit, events }, clock);
});
afterAll(() => house.close());
afterEach(async () => {
  await house.rows(`UPDATE registrations SET next_rotation_at = NULL, reschedule = false, status = 'deregistered', action = NULL`);
  await house.rows(`UPDATE operations SET status = 'cancelled' WHERE status IN ('queued', 'running', 'waiting')`);
});

function scheduler(): RotationScheduler {
  const { database, audit, events, clock } = house;
  return new RotationScheduler(
    database,
    { audit, events },
    clock,
    () => undefined,
    (error) => {
      throw error instanceof Error ? error : new Error(String(error));
    },
  );
}

/** Active registrations, each with a current secret, at one EHR or one each. */
async function active(count: number, where?: string): Promise<string[]> {
  const applicationId = await house.application();
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const tenantId = await house.tenant(`Hospital ${n}`);
    const ehrId = where ?? (await house.ehr()).id;
    ids.push((await house.registrations.create(house.scope, { connection: { tenantId, ehrId }, applicationId })).id);
  }
  await house.rows(`UPDATE operations SET status = 'cancelled' WHERE registration_id = ANY ($1)`, [ids]);
  await house.rows(`DELETE FROM work_items WHERE kind = 'operation'`);
  await house.rows(`UPDATE registrations SET status = 'active', action = NULL WHERE id = ANY ($1)`, [ids]);
  await house.rows(
    `INSERT INTO credentials (workspace_id, id, tenant_id, registration_id, kind, version, stage, created_at, promoted_at)
     SELECT workspace_id, gen_random_uuid(), tenant_id, id, 'client_secret', 1, 'current', $2, $2 FROM registrations WHERE id = ANY ($1)`,
    [ids, house.clock.now()],
  );
  // What the journal does where it promotes.
  await house.database.transaction(house.scope, async (tx) => {
    const due = await schedulePromoted(
      tx,
      ids.map((registrationId) => ({ registrationId })),
      house.clock.now(),
    );
    await writeSchedule(
      tx,
      [...due].map(([registrationId, at]) => ({ registrationId, at })),
    );
  });
  return ids;
}
const registration = (id: string) => house.registrations.get(house.scope, id);
const rotations = () =>
  house.rows<{ registration_id: string; status: string; input: { reason: string } }>(
    `SELECT registration_id, status, input FROM operations WHERE kind = 'rotate' AND status <> 'cancelled' ORDER BY created_at`,
  );
const eventsOf = async (type: string) =>
  (await house.rows<{ data: Record<string, unknown> }>(`SELECT data FROM events WHERE type = $1`, [type])).map(({ data }) => data);
/** Lets the next look take its turn, whatever the workspace said of its own. */
const later = (ms: number) => {
  house.clock.advance(ms);
};

describe('the schedule', () => {
  it('is written where a credential is promoted', async () => {
    const [id = ''] = await active(1);
    const { status, nextRotationAt } = await registration(id);
    expect(status).toBe('active');
    const days = ((nextRotationAt?.getTime() ?? 0) - house.clock.now().getTime()) / DAY;
    expect(days).toBeGreaterThan(88);
    expect(days).toBeLessThanOrEqual(90);
  });

  it('is written anew where a policy changes, and is due by it', async () => {
    const [id = ''] = await active(1);
    const { tenantId, nextRotationAt: before } = await registration(id);
    await policies.put(house.scope, { tenantId }, { interval: 'P10D', lead: 'P1D' });
    await scheduler().look();
    const { nextRotationAt: after } = await registration(id);
    expect(after?.getTime()).toBeLessThan((before?.getTime() ?? 0) - 70 * DAY);
    expect(await rotations()).toEqual([]);
    later(10 * DAY);
    await scheduler().look();
    expect(await rotations()).toMatchObject([{ registration_id: id, status: 'queued', input: { reason: 'scheduled' } }]);
    expect(await eventsOf('rotation.started')).toHaveLength(1);
    // What was started is out of the way, and looked at again in case nothing comes of it.
    expect((await registration(id)).nextRotationAt?.getTime()).toBeGreaterThan(house.clock.now().getTime());
  });

  it('starts nothing twice where several workers look at once, nor where all is lost but the database', async () => {
    const ids = await active(6);
    later(91 * DAY);
    await Promise.all(Array.from({ length: 5 }, () => scheduler().look()));
    await house.rows(`DELETE FROM work_items WHERE kind = 'operation'`);
    later(120_000);
    await Promise.all(Array.from({ length: 5 }, () => scheduler().look()));
    const started = (await rotations()).map((one) => one.registration_id);
    expect(new Set(started).size).toBe(started.length);
    expect(ids).toEqual(expect.arrayContaining(started));
  });

  it('starts two at a time at one server, and goes on when those are done (H-12)', async () => {
    const ehr = await house.ehr();
    await active(5, ehr.id);
    later(91 * DAY);
    await scheduler().look();
    expect(await rotations()).toHaveLength(2);
    later(300_000);
    await scheduler().look();
    expect(await rotations()).toHaveLength(2);
    // Waiting for time to pass takes no part of the server's attention.
    await house.rows(
      `UPDATE operations SET status = 'waiting', waiting = '{"reason": "soak", "until": "2030-01-01T00:00:00Z"}' WHERE kind = 'rotate' AND status = 'queued'`,
    );
    later(700_000);
    await scheduler().look();
    expect((await rotations()).length).toBe(4);
  });

  it('starts nothing outside the window of the hospital, and nothing of what somebody stopped', async () => {
    const [id = '', held = ''] = await active(2);
    const { tenantId } = await registration(id);
    // The clock of the house stands at 09:00 in the morning, UTC.
    await policies.put(
      house.scope,
      { tenantId },
      { window: { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '01:00', to: '02:00', timeZone: 'UTC' } },
    );
    await scheduler().look();
    await house.rows(`UPDATE registrations SET next_rotation_at = $2 WHERE id = ANY ($1)`, [[id, held], house.clock.now()]);
    await house.rows(`UPDATE tenants SET suspended_at = now() WHERE id = $1`, [(await registration(held)).tenantId]);
    later(60_000);
    await scheduler().look();
    expect(await rotations()).toEqual([]);
    expect((await registration(id)).nextRotationAt?.getUTCHours()).toBe(1);
  });

  it('stops the line at a server where more than a tenth of the last fifty failed, until a person resumes it', async () => {
    const ehr = await house.ehr();
    const ids = await active(8, ehr.id);
    const fail = `UPDATE operations SET status = 'failed', updated_at = $1 WHERE kind = 'rotate' AND status = 'queued'`;
    later(91 * DAY);
    for (let round = 0; round < 3; round += 1) {
      await scheduler().look();
      await house.rows(fail, [house.clock.now()]);
      later(3_600_000);
    }
    expect(await rotations()).toHaveLength(6);
    await scheduler().look();
    expect(await rotations()).toHaveLength(6);
    const stopped = () =>
      house.rows<{ at: Date | null }>(
        `SELECT rotations_stopped_at AS at FROM authorization_servers s JOIN ehrs e ON e.authorization_server_id = s.id WHERE e.id = $1`,
        [ehr.id],
      );
    expect((await stopped())[0]?.at).toEqual(expect.any(Date));
    expect((await eventsOf('ehr.rotations_stopped')).length).toBeGreaterThan(0);
    later(3_600_000);
    await lines.resume(house.scope, ehr.id);
    await scheduler().look();
    expect((await stopped())[0]?.at).toBeNull();
    expect(await rotations()).toHaveLength(8);
    expect(ids).toHaveLength(8);
  });

  it('refuses windows that are never open together, over all registrations that they meet at', async () => {
    const [id = ''] = await active(1);
    const { tenantId, applicationId } = await registration(id);
    const window = { days: ['mon'] as const, from: '01:00', to: '02:00', timeZone: 'UTC' };
    await policies.put(house.scope, { tenantId }, { window });
    await expect(policies.put(house.scope, { applicationId }, { window: { ...window, from: '02:00', to: '03:00' } })).rejects.toMatchObject(
      {
        code: 'rotation_policies.refused',
        options: { errors: [{ pointer: '/window', code: 'never_opens' }] },
      },
    );
    await policies.put(house.scope, { applicationId }, { window: { ...window, from: '00:30' } });
  });
});

describe('alarms before a credential ends (H-08)', () => {
  it('are given thirty, fourteen, seven and one day before, once each, and its end stops it with a clear word', async () => {
    const [id = ''] = await active(1);
    const expiresAt = new Date(house.clock.now().getTime() + 60 * DAY);
    await house.rows(`UPDATE credentials SET expires_at = $2 WHERE registration_id = $1`, [id, expiresAt]);
    await house.rows(`UPDATE registrations SET next_rotation_at = NULL WHERE id = $1`, [id]);
    const given = async () => (await eventsOf('credential.expiring')).map((data) => data['days']);
    const seen: unknown[] = [];
    for (let day = 0; day < 60; day += 1) {
      later(DAY);
      await scheduler().look();
      seen.push(...(await given()).slice(seen.length));
    }
    expect(seen).toEqual([30, 14, 7, 1]);
    expect(await eventsOf('credential.expired')).toHaveLength(1);
    expect(await registration(id)).toMatchObject({ status: 'credential_failed', problem: { code: 'registrations.credential_expired' } });
  });

  it('leave out those that are as long as the credential lives', async () => {
    const before = (await eventsOf('credential.expiring')).length;
    const [id = ''] = await active(1);
    await house.rows(`UPDATE credentials SET expires_at = $2 WHERE registration_id = $1`, [
      id,
      new Date(house.clock.now().getTime() + 10 * DAY),
    ]);
    later(60_000);
    await scheduler().look();
    expect(await eventsOf('credential.expiring')).toHaveLength(before);
    later(4 * DAY);
    await scheduler().look();
    expect((await eventsOf('credential.expiring')).slice(before)).toMatchObject([{ days: 7 }]);
  });
});
