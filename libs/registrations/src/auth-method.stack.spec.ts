import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { managedHouse, type ManagedHouse, type ProductName } from '../../../test/support/managed-house.js';
import { until } from '../../../test/support/part.js';
import { keepAnswer } from './keep-answer.js';
import type { RegistrationView } from './registration-view.js';
import { beginOperation } from './start-operation.js';

let house: ManagedHouse;
let hospitals = 30;
beforeAll(async () => {
  house = await managedHouse(['authlib', 'hydra', 'janssen']);
});
afterAll(() => house.close());

/** Active, and authenticating by a key that the server was given, or otherwise. */
async function keyed(product: ProductName, method = 'private_key_jwt'): Promise<RegistrationView> {
  hospitals += 1;
  const [server] = await house.sandbox.servers({ vendor: product, hospital: `h${hospitals}` });
  const ehr = await house.ehr({ fhirBaseUrl: server?.fhir_base_url, vendor: product, quirks: { jwksMode: ['inline'] } });
  const application = await house.application({ token_endpoint_auth_method: method });
  const connection = { tenantId: await house.tenant(`${product} ${hospitals}`), ehrId: ehr.id };
  const { id } = await house.registrations.create(house.scope, { connection, applicationId: application });
  await house.workOn();
  return house.view(id);
}

const authenticatesBy = (id: string, method: string) =>
  house.carryOut(id, 'update', { clientMetadata: { token_endpoint_auth_method: method } });

describe('an update that changes how the client authenticates', () => {
  it('to a secret takes over the one that the server issues, proves it, and destroys the key', async () => {
    const before = await keyed('authlib');
    expect(await authenticatesBy(before.id, 'client_secret_basic')).toMatchObject({ status: 'succeeded', problem: null });
    const after = await house.view(before.id);
    expect(after).toMatchObject({
      status: 'active',
      clientId: before.clientId,
      drift: 'none',
      credential: { kind: 'client_secret', stage: 'current' },
    });
    expect((await house.truth('authlib', before))?.history?.metadata).toMatchObject({ token_endpoint_auth_method: 'client_secret_basic' });
    expect(await house.carryOut(before.id, 'verify')).toMatchObject({ status: 'succeeded' });
    const sealed = await house.rows(
      `SELECT s.kind FROM secrets s JOIN credentials k ON k.id = s.subject_id WHERE k.registration_id = $1 ORDER BY s.kind`,
      [before.id],
    );
    expect(sealed).toEqual([{ kind: 'client_secret' }]);
    expect(await authenticatesBy(before.id, 'client_secret_post')).toMatchObject({ status: 'succeeded' });
    expect(await house.carryOut(before.id, 'verify')).toMatchObject({ status: 'succeeded' });
  });

  it('is taken back where the server shows no secret, and the key goes on', async () => {
    const before = await keyed('hydra');
    expect(await authenticatesBy(before.id, 'client_secret_basic')).toMatchObject({
      status: 'failed',
      problem: { code: 'registrations.update_undone' },
    });
    expect(await house.view(before.id)).toMatchObject({ status: 'active', credential: { kind: 'private_key', stage: 'current' } });
    expect((await house.truth('hydra', before))?.history?.metadata).toMatchObject({ token_endpoint_auth_method: 'private_key_jwt' });
    expect(await house.carryOut(before.id, 'verify')).toMatchObject({ status: 'succeeded' });
  });

  it('to a key is no update: that is published first, which a rotation does', async () => {
    const { id } = await house.registered('authlib', { hospital: 'h59' });
    expect(await authenticatesBy(id, 'private_key_jwt')).toMatchObject({ problem: { code: 'registrations.auth_method_fixed' } });
  });

  it('to a key begins with another client, which is proven by it while the secret goes on (H-05, H-10)', async () => {
    const before = await keyed('authlib', 'client_secret_basic');
    const clientMetadata = { client_name: 'Sync', token_endpoint_auth_method: 'private_key_jwt' };
    const { revision } = await house.applications.change(house.scope, before.applicationId, { clientMetadata });
    const input = { phase: 'replace', reason: 'scheduled', accept_new_client_id: true, revision: revision.number };
    expect(await house.carryOut(before.id, 'rotate', input)).toMatchObject({ status: 'succeeded', problem: null });
    const after = await house.view(before.id);
    expect(after).toMatchObject({ status: 'active', credential: { kind: 'private_key', stage: 'current' } });
    expect(after.clientId).not.toBe(before.clientId);
    expect(await house.rows(`SELECT kind, stage FROM credentials WHERE registration_id = $1 ORDER BY version`, [before.id])).toEqual([
      { kind: 'client_secret', stage: 'previous' },
      { kind: 'private_key', stage: 'current' },
    ]);
  });
});

describe('a suspension between the read and the update of one operation', () => {
  it('begins no attempt, and the update is made on resuming', async () => {
    const { id, ehrId } = await house.registered('janssen', { hospital: 'h58' });
    // In the transaction that settles the read, after its standing was checked.
    await house.rows(`CREATE FUNCTION stop_after_read() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
      BEGIN UPDATE ehrs SET suspended_at = now() WHERE id = '${ehrId}'; RETURN NEW; END $$`);
    await house.rows(`CREATE TRIGGER stop_after_read AFTER UPDATE ON attempts FOR EACH ROW
      WHEN (NEW.kind = 'read' AND NEW.status = 'applied') EXECUTE FUNCTION stop_after_read()`);
    const input = { clientMetadata: { client_name: 'Sync 2' } };
    await house.database.transaction(house.scope, (tx) =>
      beginOperation(tx, { registrationId: id, kind: 'update', input }, house.clock.now()),
    );
    await house.work();
    await house.rows('DROP TRIGGER stop_after_read ON attempts');
    expect(await house.attempts(id)).toEqual([{ kind: 'read', status: 'applied' }]);
    // Turned down, it is given back for a moment, and put aside by whoever takes it up next.
    await house.rows(`UPDATE work_items SET due_at = clock_timestamp() WHERE kind = 'operation'`);
    await house.work();
    expect((await house.view(id)).operation).toMatchObject({ status: 'waiting', waiting: { reason: 'suspended' } });
    await house.rows('UPDATE ehrs SET suspended_at = NULL WHERE id = $1', [ehrId]);
    await house.database.transaction(house.scope, (tx) => house.suspensions.ringFor(tx, { ehrId }));
    await house.workOn();
    expect((await house.view(id)).operation).toMatchObject({ kind: 'update', status: 'succeeded' });
    expect((await house.attempts(id)).map(({ status }) => status)).toEqual(['applied', 'applied', 'applied']);
  });
});

describe('a deregistration beside a request that is being sent', () => {
  it('is looked at when that has ended, and spends nothing of the server’s budget until then (A22)', async () => {
    const { id } = await house.registered('janssen', { hospital: 'h57' });
    const [operation, attempt] = [randomUUID(), randomUUID()];
    const made = `SELECT r.workspace_id, r.tenant_id, r.id, e.authorization_server_id FROM registrations r JOIN ehrs e ON e.id = r.ehr_id WHERE r.id = $1`;
    await house.rows(
      `INSERT INTO operations (workspace_id, id, tenant_id, registration_id, kind, status, requested_by, request_id, created_at, updated_at)
       SELECT m.workspace_id, $2, m.tenant_id, m.id, 'update', 'running', '{"type": "system", "id": "worker"}', 'test', now(), now() FROM (${made}) m`,
      [id, operation],
    );
    await house.rows(
      `INSERT INTO attempts (workspace_id, id, tenant_id, registration_id, operation_id, authorization_server_id, kind, status, fence, marker, url, metadata, metadata_digest, started_at, deadline_at)
       SELECT m.workspace_id, $3, m.tenant_id, m.id, $2, m.authorization_server_id, 'update', 'sending', 1, 'att_x', 'https://as.example', '{}', 'x', now(), now() FROM (${made}) m`,
      [id, operation, attempt],
    );
    await house.rows(
      `INSERT INTO work_items (id, workspace_id, tenant_id, kind, subject_id, authorization_server_id, budget, due_at, lease_owner, lease_until, fence, created_at)
       SELECT gen_random_uuid(), m.workspace_id, m.tenant_id, 'operation', $2, m.authorization_server_id, 'registration', now(), 'another', now() + interval '50 s', 1, now() FROM (${made}) m`,
      [id, operation],
    );
    await house.deregistrations.deregister(house.scope, id);
    const item = async () =>
      (
        await house.rows<{ deliveries: number; later: boolean; free: boolean }>(
          `SELECT deliveries, due_at > clock_timestamp() + interval '20 s' AS later, lease_until IS NULL AS free FROM work_items
            WHERE subject_id = (SELECT id FROM operations WHERE registration_id = $1 AND kind = 'deregister')`,
          [id],
        )
      )[0];
    const complaints: unknown[] = [];
    const engine = house.engine((error) => complaints.push(error));
    engine.ring();
    await until('it to have been put off', async () => (await item())?.free === true && (await item())?.deliveries === 1);
    await engine.drain();
    expect([await item(), complaints]).toEqual([{ deliveries: 1, later: true, free: true }, []]);
    const { workspaceId } = house.scope;
    await keepAnswer(house.database, { workspaceId, attempt: { id: attempt, status: 'unknown' } });
    expect(await item()).toMatchObject({ later: false });
    await house.rows('DELETE FROM work_items WHERE subject_id = $1', [operation]);
    await house.workOn();
    expect(await house.view(id)).toMatchObject({ status: 'deregistered', residue: [] });
  });
});
