import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '@registrar/secret';
import { registrationHouse, type RegistrationHouse } from '../../../test/support/registration-house.js';

let house: RegistrationHouse;
beforeAll(async () => {
  house = await registrationHouse();
  Object.assign(house.server.metadata, {
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: ['ES384', 'RS384'],
  });
});
afterAll(() => house.close());

/** A registration at a portal whose worksheet is with a person. */
async function atPortal(tenantId: string, ehrId: string, applicationId: string): Promise<string> {
  const { id } = await house.registrations.create(house.scope, { connection: { tenantId, ehrId }, applicationId });
  await house.work();
  expect(await house.registrations.get(house.scope, id)).toMatchObject({
    status: 'action_required',
    action: 'complete_portal_registration',
  });
  return id;
}

const secretsOf = (registrationId: string) =>
  house.rows<{ kind: string; version: number; stage: string; tenant_id: string | null }>(
    `SELECT k.kind, k.version, k.stage, s.tenant_id FROM credentials k LEFT JOIN secrets s ON s.subject_id = k.id WHERE k.registration_id = $1 ORDER BY k.version`,
    [registrationId],
  );

describe('a registration at a portal', () => {
  it('has a worksheet in the vendor’s words, and is completed with id and secret, which is sealed (D-40)', async () => {
    const ehr = await house.ehr({ registrationMode: 'portal', vendor: 'nextgen' });
    const tenantId = await house.tenant('Mary');
    const metadata = {
      contacts: ['it@app.example'],
      tos_uri: 'https://app.example/terms',
      token_endpoint_auth_method: 'client_secret_basic',
    };
    const id = await atPortal(tenantId, ehr.id, await house.application(metadata));
    const worksheet = await house.worksheets.read(house.scope, id);
    expect(worksheet).toMatchObject({
      vendor: 'nextgen',
      environment: 'sandbox',
      secretNeeded: true,
      sharedClientId: null,
      completed: false,
    });
    expect(Object.fromEntries(worksheet.fields.map((field) => [field.name, field.values]))).toMatchObject({
      app_name: ['Sync'],
      auth_method: ['client_secret_basic'],
      scopes: ['system/Patient.rs'],
      contacts: ['it@app.example'],
      terms: ['https://app.example/terms'],
    });
    expect(worksheet.checksum).toMatch(/^[0-9a-f]{64}$/);
    expect(worksheet.marker).toMatch(/^att_/);

    await expect(house.completion.complete(house.scope, id, { clientId: 'abc' })).rejects.toMatchObject({
      code: 'registrations.client_secret_needed',
    });
    const made = { clientId: 'abc', clientSecret: Secret.of('s3cr3t-of-the-portal') };
    await house.completion.complete(house.scope, id, made, { ticket: 'T-1' });
    const after = await house.registrations.get(house.scope, id);
    expect(after).toMatchObject({ status: 'verifying', clientId: 'abc', clientScope: 'registration', operation: { status: 'queued' } });
    expect(after.operation?.steps.map((step) => step.status)).toEqual(['done', 'done', 'pending']);
    expect(await secretsOf(id)).toEqual([{ kind: 'client_secret', version: 1, stage: 'pending', tenant_id: tenantId }]);
    const [attempt] = await house.rows(`SELECT status, upstream_client_id, evidence FROM attempts WHERE registration_id = $1`, [id]);
    expect(attempt).toMatchObject({ status: 'adopted', upstream_client_id: 'abc', evidence: { evidence: { ticket: 'T-1' } } });
    const trail = await house.rows<{ action: string; detail: object }>(
      `SELECT action, detail FROM audit_events WHERE subject_id = $1 ORDER BY seq`,
      [id],
    );
    expect(trail.map((entry) => entry.action)).toEqual(expect.arrayContaining(['registration.accept', 'registration.complete']));
    expect(JSON.stringify(trail)).not.toContain('s3cr3t');
    await expect(house.completion.complete(house.scope, id, made)).rejects.toMatchObject({ code: 'registrations.not_possible_now' });
    // The proof is tried next: the server's token endpoint answers 404, so a person is not told that it works.
    await house.work();
    expect(await house.registrations.get(house.scope, id)).toMatchObject({ status: 'verifying', operation: { status: 'waiting' } });
  });

  it('with keys is completed with the id alone: its own key gets the client', async () => {
    const ehr = await house.ehr({ registrationMode: 'portal', vendor: 'epic' });
    const id = await atPortal(
      await house.tenant('Mary'),
      ehr.id,
      await house.application({ token_endpoint_auth_method: 'private_key_jwt' }),
    );
    const worksheet = await house.worksheets.read(house.scope, id);
    const jwks = worksheet.fields.find((field) => field.name === 'jwks_url');
    expect(jwks).toMatchObject({ title: 'JWK Set URL', values: [expect.stringMatching(/^https:\/\/registrar\.example\/jwks\/jks_/)] });
    const surplus = { clientId: 'epic-1', clientSecret: Secret.of('x'.repeat(20)) };
    await expect(house.completion.complete(house.scope, id, surplus)).rejects.toMatchObject({ code: 'registrations.client_secret_unused' });
    await house.completion.complete(house.scope, id, { clientId: 'epic-1' });
    expect(await secretsOf(id)).toMatchObject([{ kind: 'private_key', version: 1, stage: 'pending' }]);
    const [client] = await house.rows(`SELECT scope, key_set_id IS NOT NULL AS keys, signing_alg FROM clients WHERE client_id = 'epic-1'`);
    expect(client).toMatchObject({ scope: 'registration', keys: true, signing_alg: 'ES384' });
  });

  it('refuses a client id that another hospital holds, unless the EHR gives one client for all', async () => {
    const applicationId = await house.application({ token_endpoint_auth_method: 'private_key_jwt' });
    const own = await house.ehr({ registrationMode: 'portal', vendor: 'epic' });
    const [first, second] = [
      await atPortal(await house.tenant('A'), own.id, applicationId),
      await atPortal(await house.tenant('B'), own.id, applicationId),
    ];
    await house.completion.complete(house.scope, first, { clientId: 'mine' });
    await expect(house.completion.complete(house.scope, second, { clientId: 'mine' })).rejects.toMatchObject({
      code: 'registrations.client_id_taken',
    });
    expect(await house.registrations.get(house.scope, second)).toMatchObject({ action: 'complete_portal_registration', clientId: null });

    const shared = await house.ehr({ registrationMode: 'portal', vendor: 'athenahealth', clientScope: 'application' });
    const three = await Promise.all(['C', 'D', 'E'].map((name) => house.tenant(name)));
    const ids = [];
    for (const tenantId of three) ids.push(await atPortal(tenantId, shared.id, applicationId));
    const [one = '', two = '', last = ''] = ids;
    await house.completion.complete(house.scope, one, { clientId: 'everybody' });
    expect(await house.worksheets.read(house.scope, two)).toMatchObject({ sharedClientId: 'everybody' });
    house.clock.advance(1_000);
    await Promise.all([two, last].map((id) => house.completion.complete(house.scope, id, { clientId: 'everybody' })));
    const clients = await house.rows(`SELECT tenant_id, scope FROM clients WHERE client_id = 'everybody'`);
    expect(clients).toEqual([{ tenant_id: null, scope: 'application' }]);
    // One key, as old as it is, whoever holds it: what is said of it later is said of all (H-01).
    const keys = await house.rows<{ kid: string }>(
      `SELECT DISTINCT kid, created_at FROM credentials WHERE registration_id = ANY ($1) AND stage = 'pending'`,
      [ids],
    );
    expect(keys).toHaveLength(1);
    // Sealed under the workspace's key: it outlives the shredding of any one hospital.
    expect(await secretsOf(two)).toMatchObject([
      { version: 1, stage: 'retired' },
      { kind: 'private_key', version: 2, stage: 'pending', tenant_id: null },
    ]);
    await house.work();
    expect(await house.registrations.get(house.scope, two)).toMatchObject({ status: 'verifying', operation: { status: 'waiting' } });
  });
});
