import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '@registrar/secret';
import { registrationHouse, type RegistrationHouse } from '../../../test/support/registration-house.js';

let house: RegistrationHouse;
let ehrId: string;
let applicationId: string;
beforeAll(async () => {
  house = await registrationHouse();
  ehrId = (await house.ehr()).id;
  applicationId = await house.application();
});
afterAll(() => house.close());

/** A registration whose answer was useless: the server answers every path with 500 after it has read the request. */
async function unknown(): Promise<string> {
  const tenantId = await house.tenant('Mary');
  const { id } = await house.registrations.create(house.scope, { connection: { tenantId, ehrId }, applicationId });
  house.server.answer = { status: 500, body: 'oops' };
  await house.work();
  house.server.answer = undefined;
  // Each of these cases is the server's first: its breaker is somebody else's test.
  await house.rows(`UPDATE upstream_gates SET state = 'closed', failures = 0, window_from = NULL, open_until = NULL`);
  expect(await house.registrations.get(house.scope, id)).toMatchObject({
    status: 'outcome_unknown',
    operation: { status: 'outcome_unknown' },
  });
  return id;
}

const attempts = (id: string) =>
  house.rows<{ status: string; evidence: unknown }>(`SELECT status, evidence FROM attempts WHERE registration_id = $1 ORDER BY id`, [id]);

describe('an unknown outcome (H-30)', () => {
  it('is never sent again by retry, verify or retry-failed', async () => {
    const id = await unknown();
    await expect(house.registrations.retry(house.scope, id)).rejects.toMatchObject({ code: 'registrations.outcome_unknown_first' });
    await expect(house.registrations.verify(house.scope, id)).rejects.toMatchObject({ code: 'registrations.not_possible_now' });
    await house.work();
    expect(await attempts(id)).toMatchObject([{ status: 'unknown' }]);
  });

  it.each([
    ['absent', 'resolved_absent'],
    ['removed', 'deleted'],
  ] as const)('%s: nothing is registered there, and a person may retry', async (resolution, status) => {
    const id = await unknown();
    await house.unknown.resolve(house.scope, id, { resolution, evidence: 'The administrator looked' });
    const after = await house.registrations.get(house.scope, id);
    expect(after).toMatchObject({
      status: 'rejected',
      problem: { code: 'registrations.resolved_absent' },
      operation: { status: 'failed' },
      residue: [],
    });
    expect(await attempts(id)).toMatchObject([{ status, evidence: { evidence: 'The administrator looked', by: house.scope.actor } }]);
    await expect(house.unknown.resolve(house.scope, id, { resolution, evidence: 'again' })).rejects.toMatchObject({
      code: 'registrations.not_unknown',
    });
    expect(await house.registrations.retry(house.scope, id)).toMatchObject({ status: 'pending', operation: { kind: 'register' } });
  });

  it('retry: sent again with a new marker, the possible orphan stays accounted for', async () => {
    const id = await unknown();
    await house.unknown.resolve(house.scope, id, { resolution: 'retry', evidence: 'Nobody can tell' });
    expect(await house.registrations.get(house.scope, id)).toMatchObject({
      status: 'pending',
      residue: [{ client_id: null, reason: 'outcome_unknown', marker: expect.stringMatching(/^att_/) as string }],
    });
    expect(await attempts(id)).toMatchObject([{ status: 'orphaned' }]);
    house.server.answer = { status: 400, body: '{"error": "invalid_redirect_uri"}' };
    await house.work();
    house.server.answer = undefined;
    expect(await attempts(id)).toMatchObject([{ status: 'orphaned' }, { status: 'refused' }]);
    const markers = await house.rows(`SELECT DISTINCT marker FROM attempts WHERE registration_id = $1`, [id]);
    expect(markers).toHaveLength(2);
  });

  it('adopt: the client that the administrator found is proven next, and is out of our control', async () => {
    const id = await unknown();
    const made = { clientId: 'found', clientSecret: Secret.of('reset-by-the-administrator') };
    await expect(
      house.unknown.resolve(house.scope, id, { resolution: 'adopt', made: { clientId: 'found' }, evidence: 'Seen in the console' }),
    ).rejects.toMatchObject({ code: 'registrations.client_secret_needed' });
    await house.unknown.resolve(house.scope, id, { resolution: 'adopt', made, evidence: 'Seen in the console' });
    expect(await house.registrations.get(house.scope, id)).toMatchObject({
      status: 'verifying',
      clientId: 'found',
      manageable: 'control_lost',
    });
    expect(await attempts(id)).toMatchObject([{ status: 'adopted' }]);
    const other = await unknown();
    await expect(house.unknown.resolve(house.scope, other, { resolution: 'adopt', made, evidence: 'The same one' })).rejects.toMatchObject({
      code: 'registrations.client_id_taken',
    });
  });

  it('of another hospital or workspace does not exist', async () => {
    const id = await unknown();
    const word = { resolution: 'absent', evidence: 'x' } as const;
    await expect(house.unknown.resolve(await house.workspace(), id, word)).rejects.toMatchObject({ code: 'registrations.not_found' });
    const bound = { ...house.scope, tenantIds: [await house.tenant('Other')] };
    await expect(house.unknown.resolve(bound, id, word)).rejects.toMatchObject({ code: 'registrations.not_found' });
  });
});
