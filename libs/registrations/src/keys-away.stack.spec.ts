import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../../../test/support/part.js';
import { registrationHouse, type RegistrationHouse } from '../../../test/support/registration-house.js';

let house: RegistrationHouse;
beforeAll(async () => {
  house = await registrationHouse();
});
afterAll(() => house.close());

it('while the key provider is away nothing is sent whose answer could not be sealed, and it goes on afterwards (K-55, reliability 3)', async () => {
  const ehrId = (await house.ehr()).id;
  const applicationId = await house.application();
  const tenantId = await house.tenant('A hospital whose key nobody has used yet');
  const { id } = await house.registrations.create(house.scope, { connection: { tenantId, ehrId }, applicationId });
  const posts = () => house.server.requests.filter((request) => request.startsWith('POST'));

  house.keyProvider.away = true;
  const complaints: unknown[] = [];
  const engine = house.engine((error) => complaints.push(error));
  engine.ring();
  await until('the worker to say so', () => complaints.length > 0);
  await engine.drain();
  expect(posts()).toEqual([]);
  expect(await house.rows('SELECT id FROM attempts WHERE registration_id = $1', [id])).toEqual([]);
  expect(await house.registrations.get(house.scope, id)).toMatchObject({
    status: 'pending',
    operation: { status: 'waiting', waiting: { reason: 'internal_error' } },
  });

  house.keyProvider.away = false;
  await house.rows(`UPDATE work_items SET due_at = clock_timestamp() WHERE kind = 'operation'`);
  await house.work();
  expect(posts()).toEqual(['POST /register']);
});
