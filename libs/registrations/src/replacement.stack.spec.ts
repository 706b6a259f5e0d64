import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { managedHouse, type ManagedHouse } from '../../../test/support/managed-house.js';
import type { RegistrationView } from './registration-view.js';

const REASON = { reason: 'The token was lost; Mrs. Example at the hospital knows' };
let house: ManagedHouse;
beforeAll(async () => {
  house = await managedHouse(['keycloak']);
});
afterAll(() => house.close());
afterEach(() => house.sandbox.clearFaults());

/** Active, and the EHR takes its registration access token no more. */
async function lost(): Promise<RegistrationView> {
  const { id } = await house.registered('keycloak');
  await house.sandbox.fault({ vendor: 'keycloak', endpoint: 'client_configuration', method: 'PUT', kind: 'status', status: 401 });
  await house.carryOut(id, 'update', { clientMetadata: { client_name: 'Another name' } });
  return house.view(id);
}

const retire = (id: string) => house.carryOut(id, 'rotate', { phase: 'retire', reason: 'scheduled' });
const roles = { type: 'api_key' as const, name: 'Another' };

describe('a client whose registration access token is lost (I5)', () => {
  it('works on, and says that it cannot be managed and what to do', async () => {
    const { id, status, manageable, problem } = await lost();
    expect({ status, manageable }).toEqual({ status: 'active', manageable: 'control_lost' });
    expect(problem).toMatchObject({ code: 'registrations.control_lost', next_action: { actor: 'ehr_administrator' } });
    expect(await house.carryOut(id, 'verify')).toMatchObject({ status: 'succeeded' });
    expect(await house.view(id)).toMatchObject({ manageable: 'control_lost', problem: { code: 'registrations.control_lost' } });
  });

  it('is replaced on request: registered, proven, promoted, and the old one listed with all that it takes to find it', async () => {
    const before = await lost();
    await house.replacements.replace(house.scope, before.id, REASON);
    await house.workOn();
    const after = await house.view(before.id);
    expect(after).toMatchObject({ status: 'active', manageable: 'yes', problem: null, operation: { kind: 'rotate', status: 'succeeded' } });
    expect(after.clientId).not.toBe(before.clientId);
    expect(after.residue).toEqual([expect.objectContaining({ client_id: before.clientId, reason: 'replaced' })]);
    const { items } = await house.orphans.list(house.scope, { registrationId: before.id }, { limit: 5 });
    expect(items).toEqual([
      expect.objectContaining({
        clientId: before.clientId,
        reason: 'registration_access_token_lost',
        marker: expect.stringMatching(/^att_/) as string,
        markerMember: expect.any(String) as string,
        metadataDigest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        sentAt: expect.any(Date) as Date,
        sentUntil: expect.any(Date) as Date,
        localAddress: expect.any(String) as string,
      }),
    ]);
    // Both books: the old one is still there, and it is the one that is listed.
    expect(await house.truth('keycloak', before)).toMatchObject({ client_id: before.clientId });
    expect(await house.carryOut(before.id, 'update', { clientMetadata: { client_name: 'Managed again' } })).toMatchObject({
      status: 'succeeded',
    });
    // When the overlap is over nothing is sent about it, and it is listed once.
    const sent = (await house.attempts(before.id)).length;
    expect(await retire(before.id)).toMatchObject({ status: 'succeeded' });
    expect((await house.attempts(before.id)).length).toBe(sent);
    expect((await house.view(before.id)).residue).toHaveLength(1);
    await house.orphans.resolve(house.scope, items[0]?.id ?? '', { resolution: 'removed', evidence: 'ticket 4711' });
    expect((await house.view(before.id)).residue).toEqual([]);
  });

  it('is in use again after a roll-back, and nobody is asked to remove it', async () => {
    const before = await lost();
    await house.replacements.replace(house.scope, before.id, REASON);
    await house.workOn();
    const between = await house.view(before.id);
    expect(await house.carryOut(before.id, 'rotate', { phase: 'roll_back', reason: 'scheduled' })).toMatchObject({ status: 'succeeded' });
    expect(await house.view(before.id)).toMatchObject({ clientId: before.clientId, manageable: 'control_lost', residue: [] });
    expect((await house.orphans.list(house.scope, { registrationId: before.id }, { limit: 5 })).items).toEqual([]);
    expect((await house.truth('keycloak', between))?.deleted_at).toBeDefined();
  });

  it('of which the answer to the replacement is lost goes on, and what may have been made is listed by its marker (I1)', async () => {
    const before = await lost();
    await house.sandbox.fault({ vendor: 'keycloak', endpoint: 'registration', kind: 'reset_after_commit' });
    await house.replacements.replace(house.scope, before.id, REASON);
    await house.workOn();
    const after = await house.view(before.id);
    expect(after).toMatchObject({ status: 'active', clientId: before.clientId, operation: { status: 'failed' } });
    expect(after.residue).toEqual([expect.objectContaining({ client_id: null, reason: 'outcome_unknown' })]);
    const { items } = await house.orphans.list(house.scope, { registrationId: before.id }, { limit: 5 });
    expect(items).toEqual([expect.objectContaining({ kind: 'attempt', marker: after.residue[0]?.marker })]);
  });

  it('is replaced in production only when somebody else has said yes to exactly this', async () => {
    const before = await lost();
    await house.rows(`UPDATE registrations SET environment = 'production' WHERE id = $1`, [before.id]);
    const asked = await house.replacements.replace(house.scope, before.id, REASON);
    expect(asked.operation).toMatchObject({
      kind: 'rotate',
      status: 'action_required',
      problem: { code: 'registrations.approval_pending' },
    });
    const waiting = async () =>
      (await house.approvals.list(house.scope, { status: 'open', kind: 'reregistration' }, { limit: 5 })).items.filter(
        ({ subject }) => subject.id === before.id,
      );
    const [first] = await waiting();
    expect(first?.summary.join()).toContain(before.clientId);
    await expect(house.approvals.approve(house.scope, first?.id ?? '')).rejects.toMatchObject({ code: 'approvals.own_request' });
    await house.approvals.reject({ ...house.scope, actor: { ...roles, id: randomUUID() } }, first?.id ?? '', 'not now');
    expect((await house.view(before.id)).operation).toMatchObject({ status: 'cancelled' });
    await house.replacements.replace(house.scope, before.id, REASON);
    const [second] = await waiting();
    await house.approvals.approve({ ...house.scope, actor: { ...roles, id: randomUUID() } }, second?.id ?? '');
    expect((await house.view(before.id)).operation).toMatchObject({ status: 'queued' });
    await house.rows(`UPDATE registrations SET environment = 'sandbox' WHERE id = $1`, [before.id]);
    await house.workOn();
    expect((await house.view(before.id)).clientId).not.toBe(before.clientId);
  });
});

describe('a client that was imported and is dead', () => {
  it('is replaced by another, of which the answer is adopted like any (I2)', async () => {
    const { id, clientId: before } = await house.registered('keycloak');
    await house.rows(`UPDATE attempts SET kind = 'import' WHERE registration_id = $1 AND kind = 'register'`, [id]);
    await house.rows(`UPDATE registrations SET status = 'credential_failed' WHERE id = $1`, [id]);
    await house.registrations.retry(house.scope, id, { confirm: true, reason: 'The old team lost its secret' });
    await house.workOn();
    const after = await house.view(id);
    expect(after).toMatchObject({ status: 'active', operation: { kind: 'register', status: 'succeeded' } });
    expect(after.clientId).not.toBe(before);
    expect(await house.rows(`SELECT kind, status FROM attempts WHERE registration_id = $1 ORDER BY id`, [id])).toEqual([
      { kind: 'import', status: 'superseded' },
      { kind: 'register', status: 'adopted' },
    ]);
  });
});

describe('a replacement that is not possible', () => {
  it('is refused by name: unknown, shared, and while the last one can be gone back to', async () => {
    const before = await lost();
    await house.replacements.replace(house.scope, before.id, REASON);
    await house.workOn();
    await expect(house.replacements.replace(house.scope, before.id, REASON)).rejects.toMatchObject({
      code: 'registrations.replaced_lately',
    });
    await expect(house.replacements.replace(house.scope, randomUUID(), REASON)).rejects.toMatchObject({ code: 'registrations.not_found' });
  });

  it('ends what users have agreed to only where that was accepted (H-05)', async () => {
    const before = await lost();
    await house.rows(
      `UPDATE clients SET granted_metadata = granted_metadata || '{"grant_types": ["authorization_code"]}' WHERE id = (SELECT client_id FROM registrations WHERE id = $1)`,
      [before.id],
    );
    const refused = { code: 'registrations.users_sign_in_again' };
    await expect(house.replacements.replace(house.scope, before.id, REASON)).rejects.toMatchObject(refused);
    const begun = await house.replacements.replace(house.scope, before.id, { ...REASON, acceptNewClientId: true });
    expect(begun.operation).toMatchObject({ kind: 'rotate', status: 'queued' });
  });
});
