import { randomUUID } from 'node:crypto';
import { Doorbell } from '@registrar/registrations';
import { Secret } from '@registrar/secret';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registrationHouse, type RegistrationHouse } from '../../../test/support/registration-house.js';
import { PersonCompletion } from './person-completion.service.js';
import { RotationPolicies } from './rotation-policies.service.js';
import { RotationRuns } from './rotation-runs.service.js';
import { RotationScheduler } from './rotation-scheduler.js';
import { hurryWorkspace, wakeWorkspace } from './schedule.repository.js';
import { Rotations, type RotationsParts } from './rotations.service.js';

let house: RegistrationHouse;
let parts: RotationsParts;
let rotations: Rotations;
beforeAll(async () => {
  house = await registrationHouse();
  const { database, audit, events, clock } = house;
  parts = { database, records: { audit, events }, clock, doorbell: new Doorbell(() => undefined) };
  rotations = new Rotations(parts);
});
afterAll(() => house.close());

interface Made {
  readonly id: string;
  readonly tenantId: string;
  readonly ehrId: string;
  readonly applicationId: string;
}

/** An active registration with a client and a current secret; nothing is under way. */
async function active(where: Partial<Made> = {}): Promise<Made> {
  const tenantId = where.tenantId ?? (await house.tenant('Hospital'));
  const ehrId = where.ehrId ?? (await house.ehr()).id;
  const applicationId = where.applicationId ?? (await house.application());
  const { id } = await house.registrations.create(house.scope, { connection: { tenantId, ehrId }, applicationId });
  await house.rows(`UPDATE operations SET status = 'cancelled' WHERE registration_id = $1`, [id]);
  await house.rows(`DELETE FROM work_items WHERE kind = 'operation'`);
  await house.rows(
    `WITH made AS (INSERT INTO clients (workspace_id, id, tenant_id, authorization_server_id, application_id, environment, scope, client_id, token_endpoint_auth_method, requested_metadata, granted_metadata, created_at, updated_at)
       SELECT r.workspace_id, gen_random_uuid(), r.tenant_id, e.authorization_server_id, r.application_id, r.environment, 'registration', 'client-' || r.id, 'client_secret_basic', '{}', '{}', $2, $2
         FROM registrations r JOIN ehrs e ON e.id = r.ehr_id WHERE r.id = $1 RETURNING id)
     UPDATE registrations r SET status = 'active', action = NULL, client_id = made.id FROM made WHERE r.id = $1`,
    [id, house.clock.now()],
  );
  await credential(id, 1, 'current');
  return { id, tenantId, ehrId, applicationId };
}

function credential(registrationId: string, version: number, stage: 'current' | 'previous'): Promise<unknown> {
  return house.rows(
    `INSERT INTO credentials (workspace_id, id, tenant_id, registration_id, client_id, kind, version, stage, created_at, promoted_at, retire_at)
     SELECT workspace_id, gen_random_uuid(), tenant_id, id, client_id, 'client_secret', $3, $4::text, $2, $2, CASE WHEN $4::text = 'previous' THEN $2::timestamptz + interval '1 hour' END
       FROM registrations WHERE id = $1`,
    [registrationId, house.clock.now(), version, stage],
  );
}

/** A rotation in that status, by the journal's own rows. */
async function rotation({ id }: Made, status: string, more: { input?: object; steps?: object[] } = {}): Promise<string> {
  const operationId = randomUUID();
  // Later than what the registration began with.
  house.clock.advance(1_000);
  await house.rows(
    `INSERT INTO operations (workspace_id, id, tenant_id, registration_id, authorization_server_id, kind, status, input, steps, requested_by, request_id, created_at, updated_at)
     SELECT r.workspace_id, $2, r.tenant_id, r.id, e.authorization_server_id, 'rotate', $3, $4::jsonb, $5::jsonb, '{"type": "system", "id": "test"}', 'test', $6, $6
       FROM registrations r JOIN ehrs e ON e.id = r.ehr_id WHERE r.id = $1`,
    [id, operationId, status, JSON.stringify(more.input ?? { reason: 'scheduled' }), JSON.stringify(more.steps ?? []), house.clock.now()],
  );
  return operationId;
}
const operation = async (id: string) => (await house.rows<{ status: string }>('SELECT status FROM operations WHERE id = $1', [id]))[0];
const bound = (applicationId: string) => ({ ...house.scope, applicationId });

describe('what is compromised takes the place of a rotation that waits (H-01)', () => {
  const waiting = async (made: Made, attempt: string) => {
    const id = await rotation(made, 'waiting');
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
    const made = await active();
    const before = await waiting(made, 'applied');
    await rotations.rotate(house.scope, made.id, { reason: 'compromised' });
    expect(await operation(before)).toEqual({ status: 'cancelled' });
  });

  it.each(['sending', 'accepted', 'unknown'])(
    'and never of one whose answer may hold the only copy of a secret: %s (H-31)',
    async (status) => {
      const made = await active();
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
    const [good, stolen] = [await active(), await active()];
    house.clock.advance(60_000);
    await rotation(good, 'succeeded');
    await rotation(stolen, 'failed', { input: { reason: 'compromised' } });
    house.clock.advance(60_000);
    for (const { id } of [good, stolen]) {
      await house.rows(`UPDATE credentials SET stage = 'previous', retire_at = $2 WHERE registration_id = $1`, [
        id,
        new Date(house.clock.now().getTime() + 3_600_000),
      ]);
      await credential(id, 2, 'current');
    }
    await expect(rotations.rollBack(house.scope, stolen.id)).rejects.toMatchObject({ code: 'rotations.predecessor_compromised' });
    await rotations.rollBack(house.scope, good.id);
    expect((await house.registrations.get(house.scope, good.id)).operation).toMatchObject({ kind: 'rotate', status: 'queued' });
  });
});

describe('a key that is bound to another application', () => {
  it('completes no rotation that is with a person', async () => {
    const made = await active();
    const [{ client_id: clientId } = { client_id: '' }] = await house.rows<{ client_id: string }>(
      'SELECT c.client_id FROM clients c JOIN registrations r ON r.client_id = c.id WHERE r.id = $1',
      [made.id],
    );
    await house.rows(`UPDATE credentials SET kind = 'private_key' WHERE registration_id = $1`, [made.id]);
    const steps = [{ name: 'hand_to_person', kind: 'wait_for_person', status: 'running' }];
    const operationId = await rotation(made, 'action_required', { steps });
    const completion = new PersonCompletion(parts, house.vault, house.completion);
    const done = (scope: typeof house.scope) => completion.complete(scope, made.id, { clientId });
    await expect(done(bound(await house.application()))).rejects.toMatchObject({ code: 'registrations.not_found' });
    expect(await operation(operationId)).toEqual({ status: 'action_required' });
    await done(bound(made.applicationId));
    expect(await operation(operationId)).toEqual({ status: 'queued' });
  });

  it('sees of a run nothing but its own registrations', async () => {
    const first = await active();
    const busy = await active({ ehrId: first.ehrId });
    await rotation(busy, 'queued');
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
  const { tenantId, ehrId, applicationId } = await active();
  const { database, audit, events, clock } = house;
  const policies = new RotationPolicies(database, { audit, events }, clock);
  const window = { days: ['mon'] as const, from: '01:00', to: '02:00', timeZone: 'UTC' };
  await policies.put(house.scope, { applicationId }, { interval: 'P60D' });
  await policies.put(house.scope, { tenantId }, { window });
  await expect(policies.put(house.scope, { ehrId }, { window: { ...window, from: '02:00', to: '03:00' } })).rejects.toMatchObject({
    code: 'rotation_policies.refused',
  });
});

describe('a client that hospitals share', () => {
  /** Three hospitals with the same client and the same secret. */
  async function shared(): Promise<[Made, Made, Made]> {
    const first = await active();
    const others = [
      await active({ ehrId: first.ehrId, applicationId: first.applicationId }),
      await active({ ehrId: first.ehrId, applicationId: first.applicationId }),
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
    expect(await rotating(scheduled)).toBe(3);
  });

  it('is completed as one by the person who has its new secret, also where a hospital has no rotation in hand (H-03)', async () => {
    const [first, second, third] = await shared();
    const steps = [
      { name: 'hand_to_person', kind: 'wait_for_person', status: 'running' },
      { name: 'prove_successor', kind: 'probe', status: 'pending' },
    ];
    for (const one of [first, second]) await rotation(one, 'action_required', { steps });
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
