import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registrationHouse, type RegistrationHouse } from '../../../test/support/registration-house.js';
import type { Change } from './change.js';
import { lockHeld } from './write-standing.js';

let house: RegistrationHouse;
let ehrId: string;
let applicationId: string;
beforeAll(async () => {
  house = await registrationHouse();
  ehrId = (await house.ehr()).id;
  applicationId = await house.application();
});
afterAll(() => house.close());

async function registration(): Promise<string> {
  const tenantId = await house.tenant('Mary');
  return (await house.registrations.create(house.scope, { connection: { tenantId, ehrId }, applicationId })).id;
}

describe('whoever takes over', () => {
  it('never sends again what only the row of its attempt says to be unknown (H-30, H-31)', async () => {
    const id = await registration();
    await house.rows(
      `INSERT INTO attempts (workspace_id, id, tenant_id, registration_id, operation_id, authorization_server_id, kind, status, fence, marker, url, metadata, metadata_digest, started_at, deadline_at)
       SELECT r.workspace_id, gen_random_uuid(), r.tenant_id, r.id, o.id, e.authorization_server_id, 'register', 'unknown', 1, 'att_x', 'x', '{}', 'x', now(), now()
         FROM registrations r JOIN ehrs e ON e.id = r.ehr_id JOIN operations o ON o.registration_id = r.id WHERE r.id = $1`,
      [id],
    );
    await house.rows(`UPDATE registrations SET status = 'registering' WHERE id = $1`, [id]);
    await house.work();
    expect(await house.registrations.get(house.scope, id)).toMatchObject({ status: 'outcome_unknown' });
    expect(await house.rows('SELECT status FROM attempts WHERE registration_id = $1', [id])).toEqual([{ status: 'unknown' }]);
  });

  it('begins only with the newest claim of the work item, and each change is held to its own fence (H-31)', async () => {
    const id = await registration();
    const [item] = await house.rows<{ id: string }>(
      `UPDATE work_items SET fence = 7 WHERE subject_id = (SELECT id FROM operations WHERE registration_id = $1) RETURNING id`,
      [id],
    );
    await house.rows(`UPDATE registrations SET status = 'registering', fence = 5 WHERE id = $1`, [id]);
    const change = (guard: Change['guard'], fence: number) =>
      ({ registrationId: id, itemId: item?.id, guard, fence, registration: { event: 'retry_later' } }) as unknown as Change;
    const held = (...changes: Change[]) =>
      house.database.transaction(house.scope, async (tx) => {
        const found = await lockHeld(tx, changes);
        return changes.filter((one) => found.has(one)).map((one) => `${one.guard} ${one.fence}`);
      });
    expect(await held(change('take', 6))).toEqual([]);
    expect(await held(change('take', 7))).toEqual(['take 7']);
    expect(await held(change('hold', 4), change('hold', 5))).toEqual(['hold 5']);
    expect(await held(change('hold', 5), change('take', 7))).toEqual(['hold 5']);
    await house.rows('DELETE FROM work_items WHERE id = $1', [item?.id]);
  });
});

describe('what was supplied', () => {
  it('takes up again only who can use it: its hospital, its environment, its server (I-01)', async () => {
    const [own, other] = [await registration(), await registration()];
    await house.rows('DELETE FROM work_items');
    await house.rows(`UPDATE operations SET status = 'action_required' WHERE registration_id = ANY ($1)`, [[own, other]]);
    await house.rows(`UPDATE registrations SET status = 'action_required', action = 'supply_initial_access_token' WHERE id = ANY ($1)`, [
      [own, other],
    ]);
    const [where] = await house.rows<{ tenant: string; server: string }>(
      `SELECT r.tenant_id AS tenant, e.authorization_server_id AS server FROM registrations r JOIN ehrs e ON e.id = r.ehr_id WHERE r.id = $1`,
      [own],
    );
    const { tenant: tenantId = '', server: authorizationServerId = '' } = where ?? {};
    const supply = (environment: 'sandbox' | 'production') =>
      house.database.transaction(house.scope, (tx) =>
        house.registrations.resumeWaiting(tx, 'supply_initial_access_token', { authorizationServerId, environment, tenantId }),
      );
    expect(await supply('production')).toBe(0);
    expect(await supply('sandbox')).toBe(1);
    expect(await house.registrations.get(house.scope, own)).toMatchObject({ status: 'pending' });
    expect(await house.registrations.get(house.scope, other)).toMatchObject({ status: 'action_required' });
    await house.rows('DELETE FROM work_items');
  });
});

describe('an active registration', () => {
  it('stays usable while the EHR does not answer its verification (H-50)', async () => {
    const id = await registration();
    const client = { client_id: 'c', client_secret: 's', client_secret_expires_at: 0, grant_types: ['client_credentials'] };
    const granted = { access_token: 't', token_type: 'Bearer', expires_in: 60, token_endpoint_auth_method: 'client_secret_basic' };
    house.server.answer = { status: 200, body: JSON.stringify({ ...client, ...granted }) };
    await house.work();
    expect(await house.registrations.get(house.scope, id)).toMatchObject({ status: 'active', proof: 'token' });
    await house.registrations.verify(house.scope, id);
    house.server.answer = { status: 503, body: '' };
    await house.work();
    house.server.answer = undefined;
    expect(await house.registrations.get(house.scope, id)).toMatchObject({ status: 'active', operation: { status: 'waiting' } });
  });
});
