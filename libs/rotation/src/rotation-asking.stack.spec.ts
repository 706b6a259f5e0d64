import { Doorbell } from '@registrar/registrations';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RegistrationHouse } from '../../../test/support/registration-house.js';
import { rotatingHouse, type Made, type RotatingHouse } from '../../../test/support/rotating-house.js';
import { PersonCompletion } from './person-completion.service.js';
import { RotationPolicies } from './rotation-policies.service.js';
import { RotationRuns } from './rotation-runs.service.js';
import { schedulePromoted } from './schedule.js';
import { RotationScheduler } from './rotation-scheduler.js';
import { hurryWorkspace, wakeWorkspace } from './schedule.repository.js';
import { Rotations, type RotationsParts } from './rotations.service.js';

let house: RegistrationHouse;
let rotating: RotatingHouse;
let parts: RotationsParts;
let rotations: Rotations;
beforeAll(async () => {
  rotating = await rotatingHouse();
  house = rotating.house;
  const { database, audit, events, clock } = house;
  parts = { database, records: { audit, events }, clock, doorbell: new Doorbell(() => undefined) };
  rotations = new Rotations(parts);
});
afterAll(() => house.close());

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
const operation = async (id: string) => (await house.rows<{ status: string }>('SELECT status FROM operations WHERE id = $1', [id]))[0];
const bound = (applicationId: string) => ({ ...house.scope, applicationId });

describe('what is compromised takes the place of a rotation that waits (H-01)', () => {
  const waiting = async (made: Made, attempt: string) => {
    const id = await rotating.rotation(made, 'waiting');
    await house.rows(
      `INSERT INTO work_items (id, workspace_id, kind, subject_id, budget, due_at, created_at)
       SELECT gen_random_uuid(), workspace_id, 'operation', id, 'registration', 'infinity', clock_timestamp() FROM operations WHERE id = $1`,
      [id],
    );
    await house.rows(
      `INSERT INTO attempts (workspace_id, id, tenant_id, registration_id, operation_id, authorization_server_id, kind, status, fence, marker, url, metadata, metadata_digest, started_at, deadline_at, finished_at)
       SELECT workspace_id, gen_random_uuid(), tenant_id, registration_id, id, authorization_server_id, 'update', $2::text, 1, 'att_1', 'https://as.example/reg/1', '{}', '', $3, $3,
              CASE WHEN $2::text = 'applied' THEN $3::timestamptz END FROM operations WHERE id = $1`,
      [id, attempt, house.clock.now()],
    );
    return id;
  };

  it('where its exchanges are settled', async () => {
    const made = await rotating.active();
    const before = await waiting(made, 'applied');
    await rotations.rotate(house.scope, made.id, { reason: 'compromised' });
    expect(await operation(before)).toEqual({ status: 'cancelled' });
  });

  it.each(['sending', 'accepted', 'unknown'])(
    'and never of one whose answer may hold the only copy of a secret: %s (H-31)',
    async (status) => {
      const made = await rotating.active();
      const before = await waiting(made, status);
      await expect(rotations.rotate(house.scope, made.id, { reason: 'compromised' })).rejects.toMatchObject({
        code: 'registrations.operation_running',
      });
      expect(await operation(before)).toEqual({ status: 'waiting' });
      const run = await new RotationRuns(parts).start(house.scope, { tenantId: made.tenantId }, 'compromised');
      expect(run.leftOut).toEqual([{ registrationId: made.id, reason: 'operation_running' }]);
    },
  );
});

describe('the way back', () => {
  it('is open to the credential before, and never to one that was said to be compromised (H-01)', async () => {
    const [good, stolen] = [await rotating.active(), await rotating.active()];
    house.clock.advance(60_000);
    await rotating.rotation(good, 'succeeded');
    await rotating.rotation(stolen, 'failed', { input: { reason: 'compromised' } });
    house.clock.advance(60_000);
    for (const { id } of [good, stolen]) {
      await house.rows(`UPDATE credentials SET stage = 'previous', retire_at = $2 WHERE registration_id = $1`, [
        id,
        new Date(house.clock.now().getTime() + 3_600_000),
      ]);
      await rotating.credential(id, 2, 'current');
    }
    await expect(rotations.rollBack(house.scope, stolen.id)).rejects.toMatchObject({ code: 'rotations.predecessor_compromised' });
    await rotations.rollBack(house.scope, good.id);
    expect((await house.registrations.get(house.scope, good.id)).operation).toMatchObject({ kind: 'rotate', status: 'queued' });
  });
});

describe('a key that is bound to another application', () => {
  it('completes no rotation that is with a person', async () => {
    const made = await rotating.active();
    const [{ client_id: clientId } = { client_id: '' }] = await house.rows<{ client_id: string }>(
      'SELECT c.client_id FROM clients c JOIN registrations r ON r.client_id = c.id WHERE r.id = $1',
      [made.id],
    );
    await house.rows(`UPDATE credentials SET kind = 'private_key' WHERE registration_id = $1`, [made.id]);
    const steps = [{ name: 'hand_to_person', kind: 'wait_for_person', status: 'running' }];
    const operationId = await rotating.rotation(made, 'action_required', { steps });
    const completion = new PersonCompletion(parts, house.vault, house.completion);
    const done = (scope: typeof house.scope) => completion.complete(scope, made.id, { clientId });
    await expect(done(bound(await house.application()))).rejects.toMatchObject({ code: 'registrations.not_found' });
    expect(await operation(operationId)).toEqual({ status: 'action_required' });
    await done(bound(made.applicationId));
    expect(await operation(operationId)).toEqual({ status: 'queued' });
  });

  it('sees of a run nothing but its own registrations', async () => {
    const first = await rotating.active();
    const busy = await rotating.active({ ehrId: first.ehrId });
    await rotating.rotation(busy, 'queued');
    const runs = new RotationRuns(parts);
    const run = await runs.start(house.scope, { ehrId: first.ehrId }, 'scheduled');
    expect([run.rotations.length, run.leftOut.length]).toEqual([1, 1]);
    const seen = await runs.get(bound(first.applicationId), run.id);
    expect([seen.rotations.length, seen.leftOut.length]).toEqual([1, 0]);
    expect(await runs.get(bound(busy.applicationId), run.id)).toMatchObject({
      rotations: [],
      leftOut: [{ registrationId: busy.id, reason: 'operation_running' }],
    });
    const own = await runs.start(house.scope, { applicationId: first.applicationId }, 'scheduled');
    await expect(runs.get(bound(busy.applicationId), own.id)).rejects.toMatchObject({ code: 'rotations.run_not_found' });
  });
});

it('windows that are never open together are refused whichever of the other policies has one', async () => {
  const { tenantId, ehrId, applicationId } = await rotating.active();
  const { database, audit, events, clock } = house;
  const policies = new RotationPolicies(database, { audit, events }, clock);
  const window = { days: ['mon'] as const, from: '01:00', to: '02:00', timeZone: 'UTC' };
  await policies.put(house.scope, { applicationId }, { interval: 'P60D' });
  await policies.put(house.scope, { tenantId }, { window });
  await expect(policies.put(house.scope, { ehrId }, { window: { ...window, from: '02:00', to: '03:00' } })).rejects.toMatchObject({
    code: 'rotation_policies.refused',
  });
});

describe('a run of what is compromised comes back to what was busy (H-01)', () => {
  // At one server two rotate at a time.
  beforeEach(async () => {
    await house.rows(`UPDATE operations SET status = 'cancelled' WHERE status IN ('queued', 'running', 'waiting', 'action_required')`);
    await house.rows(`UPDATE registrations SET next_rotation_at = NULL, reschedule = false`);
  });
  const reasons = (made: Made) =>
    house.rows<{ reason: string }>(
      `SELECT input->>'reason' AS reason FROM operations WHERE kind = 'rotate' AND registration_id = $1 AND NOT input ? 'phase' ORDER BY created_at`,
      [made.id],
    );
  const ends = (id: string) => house.rows(`UPDATE operations SET status = 'succeeded' WHERE id = $1`, [id]);
  const leftOut = async (made: Made) => {
    const run = await new RotationRuns(parts).start(house.scope, { tenantId: made.tenantId }, 'compromised');
    expect(run.leftOut).toEqual([{ registrationId: made.id, reason: 'operation_running' }]);
    house.clock.advance(1_000);
  };

  it('to a roll-back, though what that brings back was promoted since', async () => {
    const made = await rotating.active();
    await house.rows(`UPDATE credentials SET stage = 'previous', version = 2 WHERE registration_id = $1`, [made.id]);
    await house.rows(
      `INSERT INTO credentials (workspace_id, id, tenant_id, registration_id, client_id, kind, version, stage, created_at, promoted_at, retired_at)
       SELECT workspace_id, gen_random_uuid(), tenant_id, registration_id, client_id, kind, 1, 'retired', created_at, created_at, created_at FROM credentials WHERE registration_id = $1`,
      [made.id],
    );
    await rotating.credential(made.id, 3, 'current');
    const back = await rotating.rotation(made, 'running', { input: { phase: 'roll_back', reason: 'scheduled' } });
    await leftOut(made);
    const now = house.clock.now();
    await house.rows(`UPDATE credentials SET stage = 'retired' WHERE registration_id = $1 AND version = 3`, [made.id]);
    await house.rows(`UPDATE credentials SET stage = 'current', promoted_at = $2 WHERE registration_id = $1 AND version = 2`, [
      made.id,
      now,
    ]);
    const due = await house.database.transaction(house.scope, (tx) => schedulePromoted(tx, [{ registrationId: made.id }], now));
    expect(due.get(made.id)).toEqual(now);
    await house.rows(`UPDATE registrations SET next_rotation_at = $2 WHERE id = $1`, [made.id, now]);
    // What is left of it removes the successor: it is waited for, and not for long.
    await look();
    expect(await reasons(made)).toEqual([]);
    await ends(back);
    house.clock.advance(61_000);
    await look();
    expect(await reasons(made)).toEqual([{ reason: 'compromised' }]);
  });

  it('and not to one that is made good already', async () => {
    const made = await rotating.active();
    await rotating.rotation(made, 'running', { input: { reason: 'compromised' } });
    await leftOut(made);
    expect(await house.rows(`SELECT compromised_at AS at FROM registrations WHERE id = $1`, [made.id])).toEqual([{ at: null }]);
  });

  it('until it has what was made since', async () => {
    const made = await rotating.active();
    const open = await rotating.rotation(made, 'running');
    await leftOut(made);
    await ends(open);
    await house.rows(`UPDATE credentials SET stage = 'retired' WHERE registration_id = $1`, [made.id]);
    await rotating.credential(made.id, 2, 'current');
    await look();
    expect(await reasons(made)).toEqual([{ reason: 'scheduled' }, { reason: 'scheduled' }]);
  });
});
