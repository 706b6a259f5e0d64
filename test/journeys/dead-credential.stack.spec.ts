import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/part.js';
import { problemOf, rotationWorld, type RotationWorld } from '../support/rotation-world.js';
import type { ShownRegistration } from '../support/onboarding.js';

const DAY = 86_400_000;
let world: RotationWorld;
beforeAll(async () => {
  world = await rotationWorld(['curity', 'ibm', 'keycloak', 'authlib']);
});
afterAll(() => world.stack.stop());
afterEach(() => world.stack.sandbox.clearFaults());

/** Deregisters, and waits until it is over. */
async function deregistered(id: string): Promise<ShownRegistration> {
  expect(await world.stack.call('DELETE', `/v1/registrations/${id}`)).toMatchObject({ status: 202 });
  return until('the deregistration to end', async () => {
    const registration = await world.read(id);
    return registration.status === 'deregistered' ? registration : undefined;
  });
}

/** What our book says of the client, and whether it is at the server. */
async function standing(vendor: string, clientId: string | null): Promise<{ book: object | undefined; there: boolean }> {
  const [book] = await world.stack.query<{ status: string; by: string }>(
    'SELECT status, ended_by AS by FROM clients WHERE client_id = $1',
    [clientId],
  );
  const entry = (await world.stack.sandbox.ledger({ vendor })).find((one) => one.client_id === clientId);
  return { book, there: entry?.deleted_at === null };
}

const deletion = (vendor: string, status: number) =>
  world.stack.sandbox.fault({ vendor, method: 'DELETE', endpoint: 'client_configuration', kind: 'status', status });

const LISTED = { book: { status: 'orphaned', by: 'registration_access_token_lost' }, there: true };

describe('a credential that may be dead by itself does not prove that its client is gone (B-10)', () => {
  it('after an update whose answer was lost, and with it the secret that it brought (B-03)', async () => {
    const { id, client_id: clientId } = await world.registered('ibm', 'client_secret_basic');
    const at = { vendor: 'ibm' } as const;
    await world.stack.sandbox.fault({ ...at, method: 'PUT', endpoint: 'client_configuration', kind: 'reset_after_commit' });
    await world.stack.sandbox.fault({ ...at, endpoint: 'token', kind: 'status', status: 503 });
    await world.rotate(id);
    const unknown = await world.ended(id, 'the rotation');
    expect([unknown.status, unknown.operation.status, problemOf(unknown)]).toEqual([
      'active',
      'outcome_unknown',
      'rotations.issue_unknown',
    ]);
    const gone = await deregistered(id);
    expect(gone.residue).toMatchObject([{ client_id: clientId, reason: 'registration_access_token_lost' }]);
    expect(await standing('ibm', clientId)).toEqual(LISTED);
  });

  it('once the secret has expired', async () => {
    const { id, client_id: clientId } = await world.registered('curity', 'client_secret_basic');
    await world.stack.query(`UPDATE credentials SET expires_at = $1 WHERE client_id = (SELECT id FROM clients WHERE client_id = $2)`, [
      new Date(0),
      clientId,
    ]);
    await world.stack.sandbox.expireSecrets({ vendor: 'curity', client_id: clientId ?? '' });
    await deletion('curity', 401);
    await deregistered(id);
    expect(await standing('curity', clientId)).toEqual(LISTED);
  });

  it('where it had failed before, though its status is gone by then', async () => {
    const { id, client_id: clientId } = await world.registered('curity', 'client_secret_basic');
    await world.stack.query(
      `UPDATE registrations SET status = 'credential_failed' WHERE client_id = (SELECT id FROM clients WHERE client_id = $1)`,
      [clientId],
    );
    await world.stack.sandbox.expireSecrets({ vendor: 'curity', client_id: clientId ?? '' });
    await deletion('curity', 401);
    await deregistered(id);
    expect(await standing('curity', clientId)).toEqual(LISTED);
  });

  it('where it is that of a client that was replaced', async () => {
    const { id, client_id: clientId } = await world.registered('keycloak', 'client_secret_basic');
    await world.rotate(id);
    await world.ended(id, 'the rotation');
    await world.stack.query(`UPDATE credentials SET expires_at = $1 WHERE client_id = (SELECT id FROM clients WHERE client_id = $2)`, [
      new Date(0),
      clientId,
    ]);
    await world.stack.sandbox.expireSecrets({ vendor: 'keycloak', client_id: clientId ?? '' });
    await deletion('keycloak', 401);
    await world.advance(DAY + 60_000);
    await world.retired(id);
    expect(await standing('keycloak', clientId)).toEqual(LISTED);
  });

  it('and a sound one does (K-44)', async () => {
    const { id, client_id: clientId } = await world.registered('ibm', 'client_secret_basic');
    await world.stack.sandbox.removeClient({ vendor: 'ibm', client_id: clientId ?? '' });
    expect((await deregistered(id)).residue).toEqual([]);
    expect(await standing('ibm', clientId)).toEqual({ book: { status: 'deleted', by: 'token_endpoint' }, there: false });
  });
});

describe('that a server said 204 is not believed of a client that was replaced (U23)', () => {
  const silent = () =>
    world.stack.sandbox.fault({ vendor: 'keycloak', method: 'GET', endpoint: 'client_configuration', kind: 'status', status: 503 });

  it.each([
    ['the read after it says nothing', {}, silent],
    ['no read can be made', { management: ['update', 'delete'] }, () => Promise.resolve()],
  ])('where %s: its token endpoint is asked, and it lives', async (_where, quirks, meddle) => {
    const { id, client_id: clientId } = await world.registered('keycloak', 'client_secret_basic', {}, quirks);
    await world.rotate(id);
    await world.ended(id, 'the rotation');
    await deletion('keycloak', 204);
    await meddle();
    await world.advance(DAY + 60_000);
    await world.retired(id);
    expect((await world.read(id)).residue).toMatchObject([{ client_id: clientId, reason: 'delete_unconfirmed' }]);
    expect(await standing('keycloak', clientId)).toEqual({ book: { status: 'orphaned', by: 'delete_unconfirmed' }, there: true });
  });

  it('and where it is gone, its token endpoint says so (B-10)', async () => {
    const { id, client_id: clientId } = await world.registered('keycloak', 'client_secret_basic');
    await world.rotate(id);
    await world.ended(id, 'the rotation');
    await silent();
    await world.advance(DAY + 60_000);
    await world.retired(id);
    expect(await standing('keycloak', clientId)).toEqual({ book: { status: 'deleted', by: 'token_endpoint' }, there: false });
  });

  it.each(['replaced', 'given up'])('nor where its secret has expired, so that nobody can tell: %s, it is listed', async (how) => {
    const { id, client_id: clientId } = await world.registered('keycloak', 'client_secret_basic', {
      client_uri: `https://${how[0]}.example`,
    });
    if (how === 'replaced') {
      await world.rotate(id);
      await world.ended(id, 'the rotation');
    }
    await world.stack.query(`UPDATE credentials SET expires_at = $1 WHERE client_id = (SELECT id FROM clients WHERE client_id = $2)`, [
      new Date(0),
      clientId,
    ]);
    await world.stack.sandbox.expireSecrets({ vendor: 'keycloak', client_id: clientId ?? '' });
    await deletion('keycloak', 204);
    await silent();
    if (how === 'replaced') {
      await world.advance(DAY + 60_000);
      await world.retired(id);
    } else await deregistered(id);
    expect((await world.read(id)).residue).toMatchObject([{ client_id: clientId, reason: 'delete_unconfirmed' }]);
    expect(await standing('keycloak', clientId)).toEqual({ book: { status: 'orphaned', by: 'delete_unconfirmed' }, there: true });
  });

  it('nor of a successor that never worked: it is listed (A-34)', async () => {
    const { id, client_id: before } = await world.registered('authlib', 'client_secret_post', { client_uri: 'https://app.example' });
    const at = { vendor: 'authlib' } as const;
    await world.stack.sandbox.fault({
      ...at,
      method: 'POST',
      endpoint: 'registration',
      kind: 'delay',
      delay_ms: 4_000,
      after_commit: true,
    });
    await world.rotate(id);
    const made = await until('another client', async () =>
      (await world.stack.sandbox.ledger(at)).map((entry) => entry.client_id).find((clientId) => clientId !== before),
    );
    await world.stack.sandbox.simulator.changeClient({ ...at, hospital: 'h01', client_id: made, active: false });
    await deletion('authlib', 204);
    const after = await world.ended(id, 'the rotation');
    expect(after, JSON.stringify(after.operation)).toMatchObject({ client_id: before, residue: [{ client_id: made }] });
    expect(await standing('authlib', made)).toEqual({ book: { status: 'orphaned', by: 'replacement_unproven' }, there: true });
  });
});
