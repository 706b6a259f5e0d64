import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Problem } from '@registrar/problem';
import { registrationHouse, type RegistrationHouse } from '../../../test/support/registration-house.js';
import { allows, REGISTRATION_STATUSES, type LifecycleEvent, type RegistrationStatus } from './lifecycle.js';

let house: RegistrationHouse;
let registrationId: string;
beforeAll(async () => {
  house = await registrationHouse();
  const [ehr, tenantId, applicationId] = [await house.ehr(), await house.tenant('Mary'), await house.application()];
  registrationId = (await house.registrations.create(house.scope, { connection: { tenantId, ehrId: ehr.id }, applicationId })).id;
});
afterAll(() => house.close());

/** Puts it there, with nothing under way and an attempt whose answer was lost. */
async function put(status: RegistrationStatus): Promise<void> {
  const action = status === 'action_required' ? 'supply_initial_access_token' : null;
  await house.rows('DELETE FROM attempts WHERE registration_id = $1', [registrationId]);
  await house.rows('DELETE FROM work_items');
  await house.rows('DELETE FROM operations WHERE registration_id = $1 AND kind <> $2', [registrationId, 'register']);
  await house.rows(`UPDATE operations SET status = 'failed' WHERE registration_id = $1`, [registrationId]);
  await house.rows(
    `INSERT INTO attempts (workspace_id, id, tenant_id, registration_id, operation_id, authorization_server_id, kind, status, fence, marker, url, metadata, metadata_digest, started_at, deadline_at)
     SELECT r.workspace_id, gen_random_uuid(), r.tenant_id, r.id, o.id, e.authorization_server_id, 'register', 'unknown', 1, 'att_x', 'x', '{}', 'x', now(), now()
       FROM registrations r JOIN ehrs e ON e.id = r.ehr_id JOIN operations o ON o.registration_id = r.id WHERE r.id = $1 LIMIT 1`,
    [registrationId],
  );
  const from = status === 'suspended' ? 'active' : null;
  await house.rows('UPDATE registrations SET status = $2, action = $3, suspended_from = $4 WHERE id = $1', [
    registrationId,
    status,
    action,
    from,
  ]);
}

// Without a client: with one, retry and verify are the same edge.
const VERBS: Record<string, { readonly edge: LifecycleEvent; readonly only?: RegistrationStatus; readonly call: () => Promise<unknown> }> =
  {
    retry: { edge: 'ask_again', call: () => house.registrations.retry(house.scope, registrationId) },
    resolve: {
      edge: 'resolve',
      only: 'outcome_unknown',
      call: () => house.unknown.resolve(house.scope, registrationId, { resolution: 'absent', evidence: 'x' }),
    },
    complete: { edge: 'accept', call: () => house.completion.complete(house.scope, registrationId, { clientId: 'x' }) },
    change: { edge: 'ask_again', call: () => house.registrations.change(house.scope, registrationId, {}) },
    suspend: { edge: 'suspend', call: () => house.suspensions.suspend(house.scope, registrationId) },
    resume: { edge: 'resume', call: () => house.suspensions.resume(house.scope, registrationId) },
    deregister: { edge: 'deregister', call: () => house.deregistrations.deregister(house.scope, registrationId) },
    verify: { edge: 'verify', call: () => house.registrations.verify(house.scope, registrationId) },
    // It goes on beside the registration, which has to be active: verify_later is the edge from there to there.
    sync: { edge: 'verify_later', call: () => house.registrations.sync(house.scope, registrationId) },
    confirm: {
      edge: 'ask_again',
      call: () => house.registrations.retry(house.scope, registrationId, { confirm: true, reason: 'The hospital asked for it' }),
    },
  };

describe.each(Object.keys(VERBS))('%s', (verb) => {
  it.each(REGISTRATION_STATUSES)('of what is %s is an edge of the table, or a named conflict', async (status) => {
    await put(status);
    const found = VERBS[verb];
    const outcome = await found?.call().then(
      () => 'done',
      (error: unknown) => (error instanceof Problem ? error.entry.kind : error),
    );
    expect(['done', 'conflict']).toContain(outcome);
    if (outcome === 'done' && found) expect(allows(found.edge, status) && (found.only ?? status) === status).toBe(true);
    const [row] = await house.rows<{ status: string }>('SELECT status FROM registrations WHERE id = $1', [registrationId]);
    if (outcome === 'conflict') expect(row?.status).toBe(status);
  });
});
