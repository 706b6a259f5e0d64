import { parsePublicId } from '@registrar/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/part.js';
import { problemOf, rotationWorld, stepsOf, type RotationWorld } from '../support/rotation-world.js';

const DAY = 86_400_000;
interface Run {
  status: string;
  counts: Record<string, number>;
  revoked: number;
  time_to_last_revoked: string | null;
  rotations: object[];
}

let world: RotationWorld;
beforeAll(async () => {
  world = await rotationWorld(['hydra', 'keycloak', 'duende', 'curity']);
});
afterAll(() => world.stack.stop());

describe('keys that Registrar publishes (H-01)', () => {
  it('are published beside each other, soak, are proven, overlap, and the old one is removed and shown refused', async () => {
    const { id } = await world.registered('hydra', 'private_key_jwt');
    const kids = async (): Promise<string[]> => {
      const { key_set_id: keySet } = (await world.credentials(id))[0] as unknown as { key_set_id: string };
      const { keys } = (await (await fetch(`${world.stack.baseUrl}/jwks/${keySet}`)).json()) as { keys: { kid: string }[] };
      return keys.map(({ kid }) => kid);
    };
    await world.token(id);
    const [old] = await kids();
    const begun = await world.rotate(id);
    expect(begun.status).toBe(202);
    await until('the soak', async () => ((await world.read(id)).operation.status === 'waiting' ? true : undefined));
    expect(await world.rotate(id)).toMatchObject({
      status: 409,
      body: { code: 'registrations.operation_running', operation_id: begun.body.operation.id },
    });
    const both = await kids();
    expect(both).toHaveLength(2);
    expect(both[0]).toBe(old);
    expect(await world.stages(id)).toEqual(['2 pending', '1 current']);
    await world.advance(DAY + 1_000);
    expect(await world.ended(id, 'the rotation')).toMatchObject({ operation: { status: 'succeeded' } });
    expect(await world.stages(id)).toEqual(['2 current', '1 previous']);
    expect(await kids()).toEqual(both);
    // A day of overlap, and then the caches of a day.
    await world.advance(DAY + 600_000);
    await until('the old key to be removed', async () => ((await kids()).length === 1 ? true : undefined));
    expect(await kids()).toEqual([both[1]]);
    await world.advance(DAY + 60_000);
    expect(await world.retired(id)).toMatchObject({ retirement: { shown: 'refused', removed_at: expect.any(String) as string } });
    expect(await world.token(id)).toMatchObject({ status: 200 });
  });

  it('soak no longer than until the EHR was seen fetching the new one', async () => {
    const { id } = await world.registered('hydra', 'private_key_jwt');
    await world.rotate(id);
    await until('the soak', async () => ((await world.read(id)).operation.status === 'waiting' ? true : undefined));
    await world.stack.sandbox.simulator.forgetKeys({ vendor: 'hydra' });
    await world.stack.call('POST', `/v1/registrations/${id}/token`, { body: { scope: 'system/Patient.rs' } });
    expect(await world.ended(id, 'the rotation')).toMatchObject({ operation: { status: 'succeeded' } });
    expect(await world.stages(id)).toEqual(['2 current', '1 previous']);
    // While the overlap is open there is a way back.
    expect(await world.rollBack(id)).toMatchObject({ status: 202 });
    expect(await world.ended(id, 'the way back')).toMatchObject({ status: 'active', operation: { status: 'succeeded' } });
    expect(await world.stages(id)).toEqual(['2 retired', '1 current']);
    expect(await world.rollBack(id)).toMatchObject({
      status: 409,
      body: { code: 'rotations.nothing_to_go_back_to' },
    });
  });

  it('go at once where they are compromised, before a rotation that soaks, and their tokens with them (H-01)', async () => {
    await world.stack.sandbox.simulator.change({ vendor: 'hydra' }, { jwksCacheMs: 0 });
    const { id } = await world.registered('hydra', 'private_key_jwt');
    await world.token(id);
    const soaking = (await world.rotate(id)).body.operation.id;
    await until('the soak', async () => ((await world.read(id)).operation.status === 'waiting' ? true : undefined));
    const sent = (await world.stack.sandbox.recentRequests()).filter(({ endpoint }) => endpoint === 'revocation').length;
    expect(await world.rotate(id, { reason: 'compromised' })).toMatchObject({ status: 202 });
    expect((await world.stack.call('GET', `/v1/operations/${soaking}`)).body).toMatchObject({ status: 'cancelled' });
    const after = await world.ended(id, 'the rotation');
    expect(after, JSON.stringify(after.operation)).toMatchObject({ status: 'active', operation: { status: 'succeeded' } });
    expect(stepsOf(after)).toEqual(['publish_successor', 'soak', 'prove_successor', 'revoke_tokens', 'remove_predecessor', 'show_refused']);
    expect(await world.stages(id)).toEqual(['2 current', '1 retired']);
    const revocations = (await world.stack.sandbox.recentRequests()).filter(({ endpoint }) => endpoint === 'revocation');
    expect(revocations.slice(sent).map(({ status }) => status)).toEqual([200]);
  });

  it('that are compromised leave the set at once, and the new one is tried until the EHR’s cache of the old one ends (K-47)', async () => {
    await world.stack.sandbox.simulator.change({ vendor: 'hydra' }, { jwksCacheMs: DAY, refetchOnUnknownKid: false });
    const { id } = await world.registered('hydra', 'private_key_jwt');
    expect(await world.token(id)).toMatchObject({ status: 200 });
    await world.rotate(id, { reason: 'compromised' });
    const waits = await until('the wait for the cache', async () => {
      const { operation } = await world.read(id);
      return (operation as { waiting?: { reason: string } | null }).waiting?.reason === 'soak' ? operation : undefined;
    });
    expect(waits).toMatchObject({ status: 'waiting', problem: { code: 'rotations.not_proven' } });
    const [pending] = (await world.credentials(id)) as unknown as { kid: string; key_set_id: string; stage: string }[];
    const { keys } = (await (await fetch(`${world.stack.baseUrl}/jwks/${pending?.key_set_id}`)).json()) as { keys: { kid: string }[] };
    expect([pending?.stage, keys.map(({ kid }) => kid)]).toEqual(['pending', [pending?.kid]]);
    await world.advance(DAY + 1_000);
    expect(await world.ended(id, 'the rotation')).toMatchObject({ status: 'active', operation: { status: 'succeeded' } });
    expect(await world.retired(id)).toMatchObject({ retirement: { shown: 'refused' } });
    expect(await world.token(id)).toMatchObject({ status: 200 });
  });

  it('go on beside the old one where the new one is not taken yet, and are tried again by themselves (H-01, K-47)', async () => {
    await world.stack.sandbox.simulator.change({ vendor: 'hydra' }, { jwksCacheMs: DAY, refetchOnUnknownKid: false });
    const { id } = await world.registered('hydra', 'private_key_jwt', { client_uri: 'https://app.example' });
    expect(await world.token(id)).toMatchObject({ status: 200 });
    await world.rotate(id, { immediate: true });
    const failed = await world.ended(id, 'the rotation');
    expect(failed, JSON.stringify(failed.operation)).toMatchObject({ status: 'active', operation: { status: 'failed' } });
    expect(problemOf(failed)).toBe('rotations.not_proven');
    expect(await world.stages(id)).toEqual(['2 pending', '1 current']);
    expect(await world.token(id)).toMatchObject({ status: 200 });
    await world.advance(DAY + 60_000);
    await until('the next try', async () => ((await world.read(id)).operation.status === 'waiting' ? true : undefined));
    // By now the EHR has forgotten what it had fetched.
    expect(await world.token(id)).toMatchObject({ status: 200 });
    await until('the new key to be current', async () => (await world.stages(id)).includes('2 current'));
    await world.stack.sandbox.simulator.change({ vendor: 'hydra' }, { jwksCacheMs: 0, refetchOnUnknownKid: true });
  });
});

describe('keys that the server is given (H-02)', () => {
  it('are given both, the new one is proven, and then it is given that alone', async () => {
    const { id, client_id: clientId } = await world.registered('keycloak', 'private_key_jwt', {}, { jwks_mode: ['inline'] });
    await world.rotate(id);
    const after = await world.ended(id, 'the rotation');
    expect(stepsOf(after), JSON.stringify(after.operation)).toEqual(['put_both_keys', 'prove_successor']);
    expect(after).toMatchObject({ client_id: clientId, operation: { status: 'succeeded' } });
    await world.advance(DAY + 60_000);
    expect(await world.retired(id)).toMatchObject({ retirement: { shown: 'refused' } });
    expect(await world.token(id)).toMatchObject({ status: 200 });
  });

  it('are given with another client where the server takes no update', async () => {
    const { id, client_id: before } = await world.registered('duende', 'private_key_jwt');
    await world.rotate(id);
    const after = await world.ended(id, 'the rotation');
    expect(stepsOf(after), JSON.stringify(after.operation)).toEqual(['register', 'prove_successor']);
    expect(after.client_id).not.toBe(before);
    await world.advance(DAY + 60_000);
    await world.retired(id);
    expect((await world.ended(id, 'the retirement')).residue).toMatchObject([{ client_id: before }]);
  });
});

describe('rotating everything of a hospital after a leak', () => {
  it('begins each, names what is busy, and shows the time to the last revoked credential', async () => {
    await world.stack.sandbox.simulator.change({ vendor: 'hydra' }, { jwksCacheMs: 0 });
    const answer = await world.stack.call<{ id: string; rotations: unknown[] }>('POST', '/v1/rotations', {
      body: { tenant_id: world.tenantId, reason: 'compromised' },
    });
    expect(answer).toMatchObject({ status: 202, body: { tenant_id: world.tenantId, reason: 'compromised', status: 'running' } });
    const run = await until('the run to finish', async () => {
      const { body } = await world.stack.call<{ status: string }>('GET', `/v1/rotations/${answer.body.id}`);
      return body.status === 'finished' ? body : undefined;
    });
    const { counts, revoked, time_to_last_revoked: took, rotations } = run as unknown as Run;
    expect(rotations.length).toBeGreaterThanOrEqual(5);
    expect(counts, JSON.stringify(run)).toEqual({ succeeded: rotations.length });
    expect(revoked).toBe(rotations.length);
    expect(took).toMatch(/^PT/);
  });
});

describe('a registration access token that ends (H-07)', () => {
  it('is renewed at half of its life, by an update that changes nothing', async () => {
    const { id } = await world.registered('curity', 'private_key_jwt');
    const token = async () => {
      const [row] = await world.stack.query<{ version: number; left: number }>(
        `SELECT c.registration_access_token_version AS version,
                round(extract(epoch FROM c.registration_access_token_expires_at - $2::timestamptz) / 86400)::integer AS left
           FROM clients c JOIN registrations r ON r.client_id = c.id WHERE r.id = $1`,
        [parsePublicId('reg', id), await world.stack.sandbox.simulator.clock()],
      );
      return row;
    };
    expect(await token()).toEqual({ version: 1, left: 365 });
    await world.advance(181 * DAY);
    expect(await token()).toEqual({ version: 1, left: 184 });
    // Its key is rotated meanwhile; a renewal waits for that.
    await world.advance(2 * DAY);
    await until('the soak of what is due besides', async () => ((await world.read(id)).operation.status === 'waiting' ? true : undefined));
    await world.advance(DAY + 60_000);
    await world.ended(id, 'what is due besides');
    await world.advance(3_700_000);
    await until('the renewal', async () => ((await token())?.version ?? 0) > 1);
    expect((await token())?.left).toBe(365);
    await world.ended(id, 'the renewal');
    const body = { client_metadata: { client_name: 'Another name' } };
    const changed = await world.stack.call<{ operation: object }>('PATCH', `/v1/registrations/${id}`, {
      body,
      headers: { prefer: 'wait=20' },
    });
    expect(changed.body.operation).toMatchObject({ kind: 'update', status: 'succeeded' });
  });
});
