import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { managedHouse, type ManagedHouse, type ProductName } from '../../../test/support/managed-house.js';
import type { RegistrationView } from './registration-view.js';

const PRODUCTS = ['keycloak', 'janssen', 'auth0', 'authlib'] as const satisfies ProductName[];
const MINUTE_MS = 60_000;

let house: ManagedHouse;
beforeAll(async () => {
  house = await managedHouse(PRODUCTS);
});
afterAll(() => house.close());
afterEach(() => house.sandbox.clearFaults());

async function removedThere(vendor: ProductName, registration: RegistrationView): Promise<void> {
  expect(await house.sandbox.removeClient({ vendor, client_id: registration.clientId ?? '' })).toBe(1);
}

/** Works for that long by the business clock, minute by minute. */
async function pass(minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    house.clock.advance(MINUTE_MS);
    await house.rows(`UPDATE work_items SET due_at = clock_timestamp(), wake_at = NULL WHERE kind = 'operation' AND wake_at <= $1`, [
      house.clock.now(),
    ]);
    await house.rows('UPDATE upstream_gates SET open_until = NULL');
    await house.work();
  }
}

async function verify(id: string): Promise<void> {
  await house.registrations.verify(house.scope, id);
  await house.work();
}

describe('a client that the EHR does not know any more (H-40)', () => {
  it.each(['keycloak', 'auth0'] as const)(
    'at %s is concluded gone after three refusals over a quarter of an hour, not before (K-42)',
    async (vendor) => {
      const registration = await house.registered(vendor);
      await removedThere(vendor, registration);
      await verify(registration.id);
      await pass(15);
      expect(await house.view(registration.id)).toMatchObject({ status: 'active', waiting: { reason: 'probe_ladder' } });
      await pass(2);
      expect(await house.view(registration.id)).toMatchObject({ status: 'revoked_by_ehr', problem: { code: 'registrations.client_gone' } });
    },
  );

  it('that comes back in the meantime is active, and nothing was concluded', async () => {
    const { id } = await house.registered('janssen');
    await house.sandbox.simulator.change({ vendor: 'janssen' }, { deniesEverybody: true });
    await verify(id);
    await house.sandbox.simulator.change({ vendor: 'janssen' }, { deniesEverybody: false });
    await pass(9);
    expect(await house.view(id)).toMatchObject({ status: 'active', operation: { kind: 'verify', status: 'succeeded' } });
  });

  it('but can still be read has a dead credential, and was not removed', async () => {
    const registration = await house.registered('keycloak');
    await house.sandbox.expireSecrets({ vendor: 'keycloak', client_id: registration.clientId ?? '' });
    await verify(registration.id);
    await pass(17);
    expect(await house.view(registration.id)).toMatchObject({ status: 'credential_failed' });
  });

  it('is registered anew only when somebody other than the one who asked has said yes, which the audit log keeps', async () => {
    const registration = await house.registered('keycloak');
    await removedThere('keycloak', registration);
    await verify(registration.id);
    await pass(17);
    const { id, clientId } = registration;
    const word = { confirm: true, reason: 'Mrs. Example at the hospital asked for it' };
    await expect(house.registrations.retry(house.scope, id, word)).rejects.toMatchObject({ code: 'registrations.replacement_needed' });
    const asked = await house.replacements.replace(house.scope, id, word);
    expect(asked).toMatchObject({ status: 'revoked_by_ehr', clientId, problem: { code: 'registrations.client_gone' } });
    expect(asked.operation).toMatchObject({ status: 'action_required', problem: { code: 'registrations.approval_pending' } });
    const { items } = await house.approvals.list(house.scope, { status: 'open', kind: 'reregistration' }, { limit: 1 });
    const approver = { ...house.scope, actor: { type: 'api_key' as const, id: randomUUID(), name: 'Another' } };
    await house.approvals.approve(approver, items[0]?.id ?? '');
    await house.workOn();
    const anew = await house.view(id);
    expect(anew).toMatchObject({ status: 'active', residue: [] });
    expect(anew.clientId).not.toBe(clientId);
    const said = await house.rows(
      `SELECT 1 FROM audit_events WHERE action IN ('registration.confirm', 'registration.replace') AND subject_id = $1 AND detail->>'reason' LIKE 'Mrs.%'`,
      [id],
    );
    expect(said).toHaveLength(2);
  });
});

describe('a server that refuses everybody (K-43)', () => {
  it('is marked, told of once, and no client there is concluded dead', async () => {
    const clients = [
      await house.registered('authlib', { hospital: 'h60' }),
      await house.registered('authlib', { hospital: 'h60' }),
      await house.registered('authlib', { hospital: 'h60' }),
    ];
    await house.sandbox.simulator.change({ vendor: 'authlib' }, { deniesEverybody: true });
    for (const { id } of clients) await verify(id);
    await pass(17);
    for (const { id } of clients) expect(await house.view(id)).toMatchObject({ status: 'active', waiting: { reason: 'mass_refusal' } });
    await pass(40);
    for (const { id } of clients) expect(await house.view(id)).toMatchObject({ status: 'active' });
    await house.sandbox.simulator.change({ vendor: 'authlib' }, { deniesEverybody: false });
    await pass(20);
    for (const { id } of clients) expect(await house.view(id)).toMatchObject({ status: 'active', operation: { status: 'succeeded' } });
    const told = await house.rows(`SELECT 1 FROM events WHERE type = 'ehr.mass_refusal'`);
    expect(told.length).toBeGreaterThanOrEqual(1);
  });
});
