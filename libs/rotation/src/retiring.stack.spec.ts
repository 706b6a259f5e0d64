import { newId } from '@registrar/vault';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rotatingHouse, type RotatingHouse } from '../../../test/support/rotating-house.js';
import { takeRetiring } from './retiring.repository.js';

const HOUR = 3_600_000;
let world: RotatingHouse;
beforeAll(async () => {
  world = await rotatingHouse();
});
afterAll(() => world.house.close());

it('a replaced client is not ended with its older credential while the overlap of its newer one is open (H-05)', async () => {
  const { house } = world;
  const { id } = await world.active();
  await house.rows(
    `UPDATE credentials SET stage = 'previous', retire_at = $2::timestamptz + interval '1 hour' WHERE registration_id = $1`,
    [id, house.clock.now()],
  );
  house.clock.advance(12 * HOUR);
  await world.credential(id, 2, 'previous');
  await house.rows(`UPDATE credentials SET retire_at = $2::timestamptz + interval '12 hours' WHERE registration_id = $1 AND version = 2`, [
    id,
    house.clock.now(),
  ]);
  await house.rows(
    `WITH made AS (INSERT INTO clients (workspace_id, id, tenant_id, authorization_server_id, application_id, environment, scope, client_id, token_endpoint_auth_method, requested_metadata, granted_metadata, created_at, updated_at)
       SELECT c.workspace_id, $2::uuid, c.tenant_id, c.authorization_server_id, c.application_id, c.environment, c.scope, 'its-successor', c.token_endpoint_auth_method, '{}', '{}', $3, $3
         FROM clients c JOIN registrations r ON r.client_id = c.id WHERE r.id = $1 RETURNING id, workspace_id)
     UPDATE registrations r SET previous_client_id = r.client_id, client_id = made.id FROM made WHERE r.id = $1`,
    [id, newId(), house.clock.now()],
  );
  await world.credential(id, 3, 'current');
  const retiring = async () => {
    const taken = await house.database.transaction(house.scope, (tx) => takeRetiring(tx, house.clock.now(), 10));
    return taken.flatMap((one) => (one.registrationId === id ? [one.credentialId] : []));
  };
  expect(await retiring()).toEqual([]);
  const [row] = await house.rows<{ same: boolean }>(
    `SELECT count(DISTINCT retire_at) = 1 AS same FROM credentials WHERE registration_id = $1 AND stage = 'previous'`,
    [id],
  );
  expect(row).toEqual({ same: true });
  house.clock.advance(12 * HOUR);
  // Its client goes by the newer one: only that can show that it is gone (B-10).
  const [newer] = await house.rows<{ id: string }>(`SELECT id FROM credentials WHERE registration_id = $1 AND version = 2`, [id]);
  expect(await retiring()).toEqual([newer?.id]);
});
