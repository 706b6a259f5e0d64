import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/part.js';
import { rotationWorld, type RotationWorld } from '../support/rotation-world.js';

const DAY = 86_400_000;
let world: RotationWorld;
beforeAll(async () => {
  world = await rotationWorld(['keycloak']);
});
afterAll(() => world.stack.stop());

const deleted = async (clientId: string | null) =>
  (await world.stack.sandbox.ledger({ vendor: 'keycloak' })).find((entry) => entry.client_id === clientId)?.deleted_at !== null;

/** A client that was replaced, and whose successor's secret is then changed by a person while the grace is open. */
async function twiceRotated(more: object): Promise<{ id: string; first: string | null; second: string | null }> {
  const { id, client_id: first } = await world.registered('keycloak', 'client_secret_basic', more);
  await world.rotate(id);
  const { client_id: second } = await world.ended(id, 'the rotation');
  expect(second).not.toBe(first);
  await world.advance(60_000);
  await world.rotate(id);
  expect(await world.ended(id, 'a person to be asked')).toMatchObject({ operation: { status: 'action_required' } });
  const of = { vendor: 'keycloak', hospital: 'h01', client_id: second ?? '' };
  const { client_secret } = await world.stack.sandbox.simulator.changeClient({ ...of, new_secret: true });
  const body = { client_id: second, client_secret, evidence: 'ticket 4711' };
  expect(await world.stack.call('POST', `/v1/registrations/${id}/complete`, { body })).toMatchObject({ status: 202 });
  await until('the new secret to be current', async () => ((await world.stages(id))[0] === '3 current' ? true : undefined));
  return { id, first, second };
}

describe('a second rotation while a replaced client is in its grace (H-05)', () => {
  it('ends the old secret by the client that it is of, and the replaced client after its own grace', async () => {
    const { id, first, second } = await twiceRotated({ client_uri: 'https://one.example' });
    expect(await world.retired(id, 2)).toMatchObject({ retirement: { shown: 'refused' } });
    expect(await world.stages(id)).toEqual(['3 current', '2 retired', '1 previous']);
    expect([await deleted(first), await deleted(second)]).toEqual([false, false]);
    await world.advance(DAY);
    await world.retired(id, 1);
    expect((await world.ended(id, 'the retirement')).residue).toEqual([]);
    expect([await deleted(first), await deleted(second)]).toEqual([true, false]);
    expect(await world.token(id)).toMatchObject({ status: 200 });
  });

  it('and who gives the registration up gives both clients up, each with its own credential', async () => {
    const { id, first, second } = await twiceRotated({ client_uri: 'https://two.example' });
    await world.retired(id, 2);
    for (const client of [first, second]) await world.stack.sandbox.removeClient({ vendor: 'keycloak', client_id: client ?? '' });
    expect(await world.stack.call('DELETE', `/v1/registrations/${id}`)).toMatchObject({ status: 202 });
    const gone = await until('the deregistration to end', async () => {
      const registration = await world.read(id);
      return registration.status === 'deregistered' ? registration : undefined;
    });
    expect(gone.residue).toEqual([]);
    const ended = await world.stack.query(`SELECT status, ended_by AS by FROM clients WHERE client_id = ANY ($1)`, [[first, second]]);
    expect(ended).toEqual([0, 1].map(() => ({ status: 'deleted', by: 'token_endpoint' })));
  });
});
