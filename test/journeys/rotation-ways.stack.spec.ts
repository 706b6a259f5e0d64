import { parsePublicId } from '@registrar/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/part.js';
import { problemOf, rotationWorld, stepsOf, type RotationWorld } from '../support/rotation-world.js';

const DAY = 86_400_000;
const HOUR = 3_600_000;
let world: RotationWorld;
beforeAll(async () => {
  world = await rotationWorld(['curity', 'ibm', 'glewlwyd', 'keycloak', 'pingam', 'oauth_overlap', 'authlib']);
});
afterAll(() => world.stack.stop());

describe('a secret that the server issues (H-03)', () => {
  it.each([
    ['curity', 'issue_by_read'],
    ['ibm', 'issue_by_update'],
    ['glewlwyd', 'issue_by_update'],
  ])('is issued anew at %s, proven, and the old one is shown refused', async (vendor, step) => {
    const { id, client_id } = await world.registered(vendor, 'client_secret_basic');
    expect(await world.rotate(id)).toMatchObject({ status: 202 });
    const after = await world.ended(id, 'the rotation');
    expect(after, JSON.stringify(after.operation)).toMatchObject({ status: 'active', client_id, operation: { status: 'succeeded' } });
    expect(stepsOf(after)).toEqual(['announce_gap', step, 'prove_successor']);
    await world.advance(60_000);
    expect(await world.retired(id)).toMatchObject({ retirement: { shown: 'refused' } });
    expect(await world.token(id)).toMatchObject({ status: 200 });
    const sealed = await world.stack.query(`SELECT 1 FROM secrets s JOIN credentials k ON k.id = s.subject_id WHERE k.stage = 'retired'`);
    expect(sealed).toEqual([]);
  });

  it('goes on beside the new one where the server lets it, until the overlap is over', async () => {
    const { id } = await world.registered(
      'oauth_overlap',
      'client_secret_basic',
      {},
      { secret_overlap: true, read_rotates: { rat: false, secret: false } },
    );
    await world.rotate(id);
    expect(await world.ended(id, 'the rotation')).toMatchObject({ operation: { status: 'succeeded' } });
    expect(await world.stages(id)).toEqual(['2 current', '1 previous']);
    await world.advance(DAY + 60_000);
    expect(await world.retired(id)).toMatchObject({ retirement: { shown: 'refused' } });
  });

  it('ends before its overlap once everybody who was shown it has its successor, else with an alarm that names who has not', async () => {
    const { id } = await world.registered(
      'oauth_overlap',
      'client_secret_post',
      {},
      { secret_overlap: true, read_rotates: { rat: false, secret: false } },
    );
    const body = { reason: 'Shown to the nightly export' };
    const key = async (name: string) => {
      const made = await world.stack.call<{ id: string; key: string }>('POST', '/v1/api-keys', { body: { name, role: 'service' } });
      return made.body;
    };
    const reveal = async (by: { key: string }) =>
      (await world.stack.call<{ version: number }>('POST', `/v1/registrations/${id}/reveal`, { body, key: by.key })).body.version;
    const told = () =>
      world.stack.query<{ version: number; count: number; names: string[] }>(
        `SELECT (data->>'version')::integer AS version, (data->>'count')::integer AS count, ARRAY(SELECT x->>'name' FROM jsonb_array_elements(data->'readers') x) AS names
           FROM events WHERE type = 'credential.readers_behind'`,
      );
    const [nightly, portal] = [await key('nightly'), await key('portal')];
    expect([await reveal(nightly), await reveal(portal)]).toEqual([1, 1]);
    await world.rotate(id);
    expect(await world.ended(id, 'the first rotation')).toMatchObject({ operation: { status: 'succeeded' } });
    expect(await reveal(nightly)).toBe(2);
    expect(await world.stages(id)).toEqual(['2 current', '1 previous']);
    // The servers' own overlap: the old one is refused from then on.
    await world.stack.sandbox.simulator.clock({ advance_ms: 3_660_000 });
    expect(await reveal(portal)).toBe(2);
    expect(await world.retired(id)).toMatchObject({ retirement: { shown: 'refused', readers_behind: null } });
    expect(await told()).toEqual([]);

    await world.ended(id, 'the first retirement');
    await world.rotate(id);
    expect(await world.ended(id, 'the second rotation')).toMatchObject({ operation: { status: 'succeeded' } });
    expect(await reveal(nightly)).toBe(3);
    await world.advance(DAY + 60_000);
    expect(await world.retired(id, 2)).toMatchObject({ retirement: { shown: 'refused', readers_behind: 1 } });
    expect(await told()).toEqual([{ version: 2, count: 1, names: ['portal'] }]);
  });

  it('that the server turns out not to issue is replaced with the client', async () => {
    const { id } = await world.registered(
      'authlib',
      'client_secret_basic',
      {},
      { read_rotates: { rat: true, secret: true }, put_rotates: { rat: true, secret: true } },
    );
    await world.rotate(id);
    const after = await world.ended(id, 'the rotation');
    expect(stepsOf(after)).toEqual(['announce_gap', 'issue_by_read', 'announce_gap', 'issue_by_update', 'register', 'prove_successor']);
    expect(after).toMatchObject({ operation: { status: 'succeeded' } });
  });
});

describe('another client in place of the old one (H-05)', () => {
  it('is registered, proven, switched to, and the old one is removed when its grace is over', async () => {
    const { id, client_id: before } = await world.registered('keycloak', 'client_secret_basic');
    await world.token(id);
    await world.rotate(id);
    const after = await world.ended(id, 'the rotation');
    expect(stepsOf(after)).toEqual(['register', 'prove_successor']);
    expect(after, JSON.stringify(after.operation)).toMatchObject({ status: 'active', operation: { status: 'succeeded' } });
    expect(after.client_id).not.toBe(before);
    const deleted = async (clientId: string | null) =>
      (await world.stack.sandbox.ledger({ vendor: 'keycloak' })).find((entry) => entry.client_id === clientId)?.deleted_at;
    expect(await deleted(before)).toBeNull();
    await world.advance(DAY + 60_000);
    await world.retired(id);
    const gone = await world.ended(id, 'the retirement');
    expect(stepsOf(gone), JSON.stringify(gone.operation)).toEqual(['revoke_tokens', 'remove_client', 'confirm_gone']);
    expect(await deleted(before)).toEqual(expect.any(String));
    expect(await deleted(gone.client_id)).toBeNull();
    expect(await world.token(id)).toMatchObject({ status: 200 });
  });

  it('is registered past no gate: what came by that of the token endpoint is put before the other one (H-12)', async () => {
    const { id, client_id } = await world.registered('keycloak', 'client_secret_basic');
    const clients = async () => (await world.stack.sandbox.ledger({ vendor: 'keycloak' })).length;
    const before = await clients();
    const gate = (until: string) => world.stack.query(`UPDATE upstream_gates SET open_until = ${until} WHERE budget = 'registration'`);
    await gate(`now() + interval '1 hour'`);
    const { body } = await world.rotate(id);
    const item = [parsePublicId('op', body.operation.id)];
    await world.stack.query(`UPDATE work_items SET budget = 'token' WHERE subject_id = $1`, item);
    await until('it to be put before the other gate', async () => {
      const [work] = await world.stack.query<{ budget: string; deliveries: number }>(
        'SELECT budget, deliveries FROM work_items WHERE subject_id = $1 AND lease_until IS NULL',
        item,
      );
      return work && work.deliveries > 0 && work.budget === 'registration' ? work : undefined;
    });
    expect(await clients()).toBe(before);
    await gate('NULL');
    const after = await world.ended(id, 'the rotation');
    expect(after, JSON.stringify(after.operation)).toMatchObject({ status: 'active', operation: { status: 'succeeded' } });
    expect(after.client_id).not.toBe(client_id);
    expect(await clients()).toBe(before + 1);
  });

  it('gives way again while the grace is open', async () => {
    const { id, client_id: before } = await world.registered('pingam', 'client_secret_basic');
    await world.rotate(id);
    const { client_id: between } = await world.ended(id, 'the rotation');
    expect(between).not.toBe(before);
    expect(await world.rollBack(id)).toMatchObject({ status: 202 });
    const after = await world.ended(id, 'the way back');
    expect(after, JSON.stringify(after.operation)).toMatchObject({
      client_id: before,
      status: 'active',
      operation: { status: 'succeeded' },
    });
    expect(await world.token(id)).toMatchObject({ status: 200 });
    const left = (await world.stack.sandbox.ledger({ vendor: 'pingam' }))
      .filter((entry) => entry.deleted_at === null)
      .map((entry) => entry.client_id);
    expect(left).toContain(before);
    expect(left).not.toContain(between);
  });

  it('that was gone back from and cannot be deleted is listed, and somebody is told', async () => {
    const { id, client_id: before } = await world.registered('pingam', 'client_secret_basic');
    await world.rotate(id);
    const { client_id: between } = await world.ended(id, 'the rotation');
    await world.stack.sandbox.fault({ vendor: 'pingam', method: 'DELETE', endpoint: 'client_configuration', kind: 'reset_after_commit' });
    expect(await world.rollBack(id)).toMatchObject({ status: 202 });
    const after = await world.ended(id, 'the way back');
    expect(after, JSON.stringify(after.operation)).toMatchObject({ client_id: before, status: 'active' });
    expect(after.residue).toMatchObject([{ client_id: between }]);
    const told = await world.stack.query<{ data: { client_id: string } }>(
      `SELECT data FROM events WHERE type = 'client.orphaned' AND subject_id = $1`,
      [parsePublicId('reg', id)],
    );
    expect(told.map(({ data }) => data.client_id)).toEqual([between]);
  });

  it('is deleted again where its credential never works, and the old one goes on (A-34)', async () => {
    const { id, client_id: before } = await world.registered('authlib', 'client_secret_post', { client_uri: 'https://app.example' });
    const living = async () =>
      (await world.stack.sandbox.ledger({ vendor: 'authlib' }))
        .filter((entry) => entry.deleted_at === null && entry.client_name?.startsWith('authlib client_secret_post'))
        .map((entry) => entry.client_id);
    await world.stack.sandbox.fault({
      vendor: 'authlib',
      method: 'POST',
      endpoint: 'registration',
      kind: 'delay',
      delay_ms: 4_000,
      after_commit: true,
    });
    await world.rotate(id);
    const made = await until('another client', async () => (await living()).find((clientId) => clientId !== before));
    // The practice switches it off before anybody hears of it.
    await world.stack.sandbox.simulator.changeClient({ vendor: 'authlib', hospital: 'h01', client_id: made, active: false });
    const after = await world.ended(id, 'the rotation');
    expect(after, JSON.stringify(after.operation)).toMatchObject({ status: 'active', client_id: before, operation: { status: 'failed' } });
    expect(stepsOf(after).slice(-4)).toEqual(['register', 'prove_successor', 'remove_successor', 'confirm_successor_gone']);
    expect([problemOf(after), after.residue]).toEqual(['rotations.not_proven', []]);
    expect(await world.stages(id)).toEqual(['2 retired', '1 current']);
    expect(await living()).toEqual([before]);
    expect(await world.token(id)).toMatchObject({ status: 200 });
  });

  it('is never registered by itself where users have agreed to the old one: a person is asked, or says so', async () => {
    const grants = {
      grant_types: ['authorization_code', 'client_credentials'],
      response_types: ['code'],
      redirect_uris: ['https://app.example/cb'],
    };
    const { id, client_id: clientId } = await world.registered('authlib', 'client_secret_basic', grants);
    await world.rotate(id);
    const waits = await world.ended(id, 'a person to be asked');
    expect(waits).toMatchObject({ status: 'active', client_id: clientId, operation: { status: 'action_required' } });
    expect(problemOf(waits)).toBe('rotations.by_person');
    expect(await world.token(id)).toMatchObject({ status: 200 });
    const complete = (body: object) => world.stack.call<{ code: string }>('POST', `/v1/registrations/${id}/complete`, { body });
    expect((await complete({ client_id: 'another' })).body.code).toBe('rotations.other_client_id');
    expect((await complete({ client_id: clientId })).body.code).toBe('rotations.secret_needed');
    const { client_secret } = await world.stack.sandbox.simulator.changeClient({
      vendor: 'authlib',
      hospital: 'h01',
      client_id: clientId ?? '',
      new_secret: true,
    });
    expect(await complete({ client_id: clientId, client_secret, evidence: 'ticket 4711' })).toMatchObject({ status: 202 });
    const after = await world.ended(id, 'the new secret to be proven');
    expect(after, JSON.stringify(after.operation)).toMatchObject({ client_id: clientId, operation: { status: 'succeeded' } });
    expect((await world.stages(id))[0]).toBe('2 current');
  });
});

it('a replaced client that cannot be deleted is tried for days, less and less often, and then listed, and somebody is told (K-46)', async () => {
  const { id, client_id: before } = await world.registered('keycloak', 'client_secret_basic', { client_uri: 'https://left.example' });
  await world.rotate(id);
  await world.ended(id, 'the rotation');
  await world.stack.sandbox.simulator.listen(false);
  try {
    const tries = async () =>
      (
        await world.stack.query<{ n: number }>(
          `SELECT count(*)::integer AS n FROM operations o JOIN registrations r ON r.id = o.registration_id JOIN clients c ON c.id = r.client_id
            WHERE o.registration_id = $1 AND o.input->>'phase' = 'retire' AND o.status IN ('failed', 'succeeded')`,
          [parsePublicId('reg', id)],
        )
      )[0]?.n;
    const hours = [25, 1, 6, 24, 24];
    for (const [before, wait] of hours.entries()) {
      await world.advance(wait * HOUR + 60_000);
      await until(`try ${before + 1}`, async () => ((await tries()) === before + 1 ? true : undefined));
    }
  } finally {
    await world.stack.sandbox.simulator.listen(true);
    await world.stack.query(`UPDATE upstream_gates SET state = 'closed', open_until = NULL, failures = 0`);
  }
  expect(await world.read(id)).toMatchObject({
    status: 'active',
    residue: [{ client_id: before, reason: 'ehr_unreachable', next_action: { actor: 'ehr_administrator' } }],
  });
  const told = await world.stack.query<{ data: object }>(`SELECT data FROM events WHERE type = 'client.orphaned' AND subject_id = $1`, [
    parsePublicId('reg', id),
  ]);
  expect(told.map(({ data }) => data)).toMatchObject([{ client_id: before, reason: 'ehr_unreachable' }]);
});
