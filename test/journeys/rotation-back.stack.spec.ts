import { parsePublicId } from '@registrar/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/part.js';
import { rotationWorld, type RotationWorld } from '../support/rotation-world.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
let world: RotationWorld;
beforeAll(async () => {
  world = await rotationWorld(['hydra', 'keycloak', 'pingam', 'oauth_overlap']);
  await world.stack.sandbox.simulator.change({ vendor: 'hydra' }, { jwksCacheMs: 0 });
});
afterAll(() => world.stack.stop());

/** Rotates without a soak, and waits until the new credential is the current one. */
const rotated = async (id: string): Promise<void> => {
  expect(await world.rotate(id, { immediate: true })).toMatchObject({ status: 202 });
  const after = await world.ended(id, 'the rotation');
  expect(after, JSON.stringify(after.operation)).toMatchObject({ status: 'active', operation: { status: 'succeeded' } });
};
const wentBack = async (id: string): Promise<void> => {
  expect(await world.rollBack(id)).toMatchObject({ status: 202 });
  const after = await world.ended(id, 'the way back');
  expect(after, JSON.stringify(after.operation)).toMatchObject({ status: 'active', operation: { status: 'succeeded' } });
};
/** The versions that are in the registration's published key set. */
const published = async (id: string): Promise<number[]> => {
  const all = (await world.credentials(id)) as unknown as { version: number; kid: string; key_set_id: string }[];
  const { keys } = (await (await fetch(`${world.stack.baseUrl}/jwks/${all[0]?.key_set_id}`)).json()) as { keys: { kid: string }[] };
  return all.filter(({ kid }) => keys.some((key) => key.kid === kid)).map(({ version }) => version);
};

describe('the overlap of a rotation (H-01, H-02)', () => {
  it('is a whole one again after a roll-back', async () => {
    const { id } = await world.registered('hydra', 'private_key_jwt');
    await rotated(id);
    await wentBack(id);
    expect((await world.credentials(id)).find(({ version }) => version === 1)).toMatchObject({ stage: 'current', retirement: null });
    await world.advance(3 * DAY);
    await rotated(id);
    await world.advance(DAY - HOUR);
    await until('the schedule to be looked at', () => looked());
    expect(await world.stages(id)).toEqual(['3 current', '2 retired', '1 previous']);
    expect(await published(id)).toEqual([3, 1]);
    await world.advance(2 * HOUR);
    await until('the old key to be removed', async () => ((await published(id)).length === 1 ? true : undefined));
    expect(await published(id)).toEqual([3]);
  });

  it('ends for each credential on its own day where two rotations overlap', async () => {
    const { id } = await world.registered('hydra', 'private_key_jwt', { client_uri: 'https://two.example' });
    await rotated(id);
    await world.advance(12 * HOUR);
    await rotated(id);
    expect(await published(id)).toEqual([3, 2, 1]);
    await world.advance(13 * HOUR);
    await until('the oldest key to be removed', async () => ((await published(id)).length === 2 ? true : undefined));
    expect(await published(id)).toEqual([3, 2]);
    await world.advance(12 * HOUR);
    await until('the next one to be removed', async () => ((await published(id)).length === 1 ? true : undefined));
    expect(await published(id)).toEqual([3]);
    // Each is shown refused once the last cache of it is over.
    await world.advance(13 * HOUR);
    expect(await world.retired(id, 1)).toMatchObject({ retirement: { shown: 'refused' } });
    expect((await world.stages(id)).slice(0, 2)).toEqual(['3 current', '2 previous']);
    await world.advance(13 * HOUR);
    expect(await world.retired(id, 2)).toMatchObject({ retirement: { shown: 'refused' } });
    expect(await world.token(id)).toMatchObject({ status: 200 });
  });

  it('lasts as long for each key that the server was given', async () => {
    const { id } = await world.registered('keycloak', 'private_key_jwt', {}, { jwks_mode: ['inline'] });
    const given = async () => {
      const [row] = await world.stack.query<{ kids: string[] }>(
        `SELECT ARRAY(SELECT k->>'kid' FROM jsonb_array_elements(c.requested_metadata->'jwks'->'keys') k) AS kids
           FROM clients c JOIN registrations r ON r.client_id = c.id WHERE r.id = $1`,
        [parsePublicId('reg', id)],
      );
      const all = (await world.credentials(id)) as unknown as { version: number; kid: string }[];
      return row?.kids.map((kid) => all.find((one) => one.kid === kid)?.version);
    };
    await rotated(id);
    await world.advance(12 * HOUR);
    await rotated(id);
    expect(await given()).toEqual([1, 2, 3]);
    await world.advance(13 * HOUR);
    expect(await world.retired(id, 1)).toMatchObject({ retirement: { shown: 'refused' } });
    expect(await world.stages(id)).toEqual(['3 current', '2 previous', '1 retired']);
    expect(await given()).toEqual([2, 3]);
    await world.advance(12 * HOUR);
    await world.retired(id, 2);
    expect(await given()).toEqual([3]);
  });
});

describe('a roll-back that has gone back already', () => {
  it('is not set down for what is compromised: it removes the successor first (H-05)', async () => {
    const { id, client_id: before } = await world.registered('pingam', 'client_secret_basic');
    await rotated(id);
    const { client_id: between } = await world.read(id);
    const limited = { kind: 'status' as const, status: 429, headers: { 'retry-after': '8' }, body: '{}' };
    await world.stack.sandbox.fault({ vendor: 'pingam', method: 'DELETE', endpoint: 'client_configuration', ...limited });
    const { body } = await world.rollBack(id);
    expect(body).toMatchObject({ operation: { kind: 'rotate' } });
    await until('the deletion to wait', async () => {
      const { client_id: now, operation } = await world.read(id);
      return now === before && operation.status === 'waiting' ? true : undefined;
    });
    expect(await world.rotate(id, { reason: 'compromised' })).toMatchObject({
      status: 409,
      body: { code: 'registrations.operation_running' },
    });
    expect(await world.ended(id, 'the way back')).toMatchObject({ client_id: before, residue: [], operation: { status: 'succeeded' } });
    const living = (await world.stack.sandbox.ledger({ vendor: 'pingam' })).filter((entry) => entry.deleted_at === null);
    expect(living.map((entry) => entry.client_id)).not.toContain(between);
    expect(await world.rotate(id, { reason: 'compromised' })).toMatchObject({ status: 202 });
    const after = await world.ended(id, 'the rotation');
    expect(after, JSON.stringify(after.operation)).toMatchObject({ status: 'active', operation: { status: 'succeeded' } });
    expect([before, between]).not.toContain(after.client_id);
  });
});

describe('a roll-back to a secret that the server ends by itself (H-03)', () => {
  const beside = { secret_overlap: true, read_rotates: { rat: false, secret: false } };
  const sealed = async (id: string) =>
    (
      await world.stack.query<{ version: number }>(
        `SELECT k.version FROM secrets s JOIN credentials k ON k.id = s.subject_id AND s.kind = k.kind WHERE k.registration_id = $1 ORDER BY 1`,
        [parsePublicId('reg', id)],
      )
    ).map(({ version }) => version);

  it('keeps the newer secret, and has another issued before the older one ends', async () => {
    const { id } = await world.registered('oauth_overlap', 'client_secret_basic', {}, beside);
    await rotated(id);
    await world.advance(600_000);
    await world.stack.query(`UPDATE work_items SET wake_at = 'infinity' WHERE kind = 'rotations'`);
    await wentBack(id);
    expect([await world.stages(id), await sealed(id)]).toEqual([
      ['2 previous', '1 current'],
      [1, 2],
    ]);
    await looked();
    await until('another secret', async () => ((await world.stages(id))[0] === '3 current' ? true : undefined));
    expect(await world.ended(id, 'the rotation')).toMatchObject({ status: 'active', operation: { status: 'succeeded' } });
    await world.advance(2 * HOUR);
    expect(await world.token(id)).toMatchObject({ status: 200 });
    await world.advance(DAY);
    await world.retired(id, 1);
    await world.advance(2 * HOUR);
    await world.retired(id, 2);
    expect(await sealed(id)).toEqual([3]);
  });

  it('has another issued though a policy changes right after it (H-03)', async () => {
    const { id } = await world.registered('oauth_overlap', 'client_secret_basic', { client_uri: 'https://policy.example' }, beside);
    await rotated(id);
    await world.stack.query(`UPDATE work_items SET wake_at = 'infinity' WHERE kind = 'rotations'`);
    await wentBack(id);
    const policy = { tenant_id: world.tenantId, interval: 'P60D', overlap: 'P1D', soak: 'PT0S', lead: 'P10D' };
    expect(await world.stack.call('PUT', '/v1/rotation-policies', { body: policy })).toMatchObject({ status: 200 });
    await looked();
    await until('another secret', async () => ((await world.stages(id))[0] === '3 current' ? true : undefined));
    // And that one is scheduled by its policy alone.
    await world.ended(id, 'the rotation');
    const [{ days } = { days: 0 }] = await world.stack.query<{ days: number }>(
      `SELECT extract(epoch FROM r.next_rotation_at - k.promoted_at)::float / 86400 AS days FROM registrations r JOIN credentials k ON k.registration_id = r.id AND k.stage = 'current' WHERE r.id = $1`,
      [parsePublicId('reg', id)],
    );
    expect(days).toBeGreaterThan(50);
  });

  it('can itself be gone back from', async () => {
    const { id } = await world.registered('oauth_overlap', 'client_secret_post', {}, beside);
    await rotated(id);
    await world.stack.query(`UPDATE work_items SET wake_at = 'infinity' WHERE kind = 'rotations'`);
    await wentBack(id);
    await world.stack.query(`UPDATE registrations SET next_rotation_at = '2100-01-01' WHERE id = $1`, [parsePublicId('reg', id)]);
    await wentBack(id);
    expect(await world.stages(id)).toEqual(['2 current', '1 previous']);
    expect(await world.token(id)).toMatchObject({ status: 200 });
  });
});

/** Once every workspace was looked at after this moment. */
async function looked(): Promise<true> {
  await world.stack.query(`UPDATE work_items SET wake_at = '2020-01-01' WHERE kind = 'rotations'`);
  await until('the look', async () => {
    const due = await world.stack.query(
      `SELECT 1 FROM work_items WHERE kind = 'rotations' AND (wake_at < '2021-01-01' OR lease_until > now())`,
    );
    return due.length === 0 ? true : undefined;
  });
  return true;
}
