import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../../../test/support/part.js';
import { registrationHouse, type RegistrationHouse } from '../../../test/support/registration-house.js';

let house: RegistrationHouse;
const ids: string[] = [];
beforeAll(async () => {
  house = await registrationHouse();
  Object.assign(house.server.metadata, {
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: ['ES384'],
  });
  const ehr = await house.ehr({ registrationMode: 'portal', vendor: 'athenahealth', clientScope: 'application' });
  const applicationId = await house.application();
  for (const name of ['C', 'D', 'E']) {
    const connection = { tenantId: await house.tenant(name), ehrId: ehr.id };
    ids.push((await house.registrations.create(house.scope, { connection, applicationId })).id);
  }
  await house.work();
  for (const id of ids) await house.completion.complete(house.scope, id, { clientId: 'everybody' });
});
afterAll(() => house.close());

const residueOf = async (id: string) => (await house.registrations.get(house.scope, id)).residue;
const client = async () =>
  (await house.rows<{ status: string; ended_by: string | null }>(`SELECT status, ended_by FROM clients WHERE client_id = 'everybody'`))[0];
const keysPublished = async () =>
  (
    await house.rows<{
      n: number;
    }>(`SELECT coalesce(sum(jsonb_array_length(body::jsonb->'keys')), 0)::integer AS n FROM published_documents d
     JOIN credentials k ON k.key_set_id = d.id JOIN clients c ON c.id = k.client_id AND c.client_id = 'everybody'`)
  )[0]?.n ?? 0;

async function gone(...leaving: string[]): Promise<void> {
  await until('them to be deregistered', async () => {
    await house.work();
    const rows = await house.rows(`SELECT id FROM registrations WHERE id = ANY ($1) AND status <> 'deregistered'`, [leaving]);
    return rows.length === 0;
  });
}

it('a client of all hospitals goes with its last registration alone, also where the last two leave at once', async () => {
  const [first = '', second = '', third = ''] = ids;
  await house.deregistrations.deregister(house.scope, first);
  await gone(first);
  expect(await client()).toEqual({ status: 'live', ended_by: null });
  expect(await residueOf(first)).toEqual([]);
  expect(await keysPublished()).toBeGreaterThan(0);
  // What was sealed for this hospital is destroyed, and the others' copies stay.
  const sealed = (id: string) =>
    house.rows(`SELECT s.kind FROM secrets s JOIN credentials k ON k.id = s.subject_id WHERE k.registration_id = $1`, [id]);
  expect(await sealed(first)).toEqual([]);
  expect((await sealed(second)).length).toBeGreaterThan(0);

  await Promise.all([second, third].map((id) => house.deregistrations.deregister(house.scope, id)));
  await gone(second, third);
  expect(await client()).toEqual({ status: 'orphaned', ended_by: 'portal' });
  expect(await keysPublished()).toBe(0);
  const residue = [...(await residueOf(second)), ...(await residueOf(third))];
  expect(residue).toMatchObject([{ client_id: 'everybody', reason: 'portal', next_action: { actor: 'customer_success' } }]);

  const left = (await residueOf(second)).length > 0 ? second : third;
  await house.orphans.confirmRemoval(house.scope, left, { ticket: 'T-9' });
  expect(await client()).toEqual({ status: 'deleted', ended_by: 'person' });
  expect(await residueOf(left)).toEqual([]);
  await expect(house.orphans.confirmRemoval(house.scope, left, 'again')).rejects.toMatchObject({ code: 'orphans.nothing_left' });
});
