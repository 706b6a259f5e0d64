import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { managedHouse, type ManagedHouse, type ProductName } from '../../../test/support/managed-house.js';
import type { SandboxFault } from '../../../test/support/sandbox.js';

const CHANGEABLE = [
  'keycloak',
  'hydra',
  'ibm',
  'curity',
  'glewlwyd',
  'janssen',
  'node-oidc-provider',
  'mitreid',
  'pingam',
  'authlib',
] as const satisfies ProductName[];

let house: ManagedHouse;
beforeAll(async () => {
  house = await managedHouse([...CHANGEABLE, 'spring']);
});
afterAll(() => house.close());
afterEach(() => house.sandbox.clearFaults());

const RENAMED = { clientMetadata: { client_name: 'Sync 2' } };

/** Something goes wrong with the next update at that product. */
function fault(vendor: ProductName, what: Omit<SandboxFault, 'vendor' | 'endpoint'>): Promise<void> {
  return house.sandbox.fault({ vendor, endpoint: 'client_configuration', method: 'PUT', ...what });
}

async function nameAt(product: ProductName, id: string): Promise<string | null | undefined> {
  return (await house.truth(product, await house.view(id)))?.client_name?.replace(/ \[ref .*/, '');
}

describe('an update', () => {
  it.each(CHANGEABLE)('of client_name at %s changes that and nothing else (B-04 to B-08, K-38, K-39)', async (product) => {
    const before = await house.registered(product);
    const then = await house.truth(product, before);
    const operation = await house.carryOut(before.id, 'update', RENAMED);
    expect(operation).toMatchObject({ kind: 'update', status: 'succeeded', problem: null });
    const after = await house.view(before.id);
    expect(after).toMatchObject({ status: 'active', drift: 'none', manageable: 'yes', clientMetadata: RENAMED.clientMetadata });
    const now = await house.truth(product, before);
    const { client_name: was, ...rest } = then?.history?.metadata ?? {};
    const { client_name: is, ...same } = now?.history?.metadata ?? {};
    expect([was, is]).toEqual([expect.stringMatching(/^Sync(?! 2)/), expect.stringMatching(/^Sync 2/)]);
    expect(same).toEqual(rest);
    // Whatever it renewed on the way, the next update and the next token work with.
    expect(await house.carryOut(before.id, 'update', { clientMetadata: { client_name: 'Sync 3' } })).toMatchObject({ status: 'succeeded' });
    expect(await house.carryOut(before.id, 'verify')).toMatchObject({ status: 'succeeded' });
  });

  it('that changes nothing is not sent', async () => {
    const { id } = await house.registered('ibm');
    expect(await house.carryOut(id, 'update', {})).toMatchObject({ status: 'succeeded' });
    expect(await house.attempts(id)).toEqual([{ kind: 'read', status: 'applied' }]);
  });

  it('keeps a renewed secret as a new version, proven before it is current, and the old one is gone (B-03, H-03)', async () => {
    const { id } = await house.registered('glewlwyd');
    await house.carryOut(id, 'update', RENAMED);
    const rows = await house.rows<{ version: number; stage: string }>(
      'SELECT version, stage FROM credentials WHERE registration_id = $1 ORDER BY version',
      [id],
    );
    expect(rows).toEqual([
      { version: 1, stage: 'retired' },
      { version: 2, stage: 'current' },
    ]);
  });

  it('is sent with the software statement that the client was registered with, to the letter (RFC 7592 section 2.2)', async () => {
    const [server] = await house.sandbox.servers({ vendor: 'curity', hospital: 'h55' });
    const ehr = await house.ehr({ fhirBaseUrl: server?.fhir_base_url, vendor: 'curity' });
    const applicationId = await house.application({ token_endpoint_auth_method: 'client_secret_basic' });
    const issued = await house.statements.issue(house.scope, ehr.id, { applicationId });
    const connection = { tenantId: await house.tenant('With a statement'), ehrId: ehr.id };
    const { id } = await house.registrations.create(house.scope, { connection, applicationId });
    await house.workOn();
    const then = (await house.truth('curity', await house.view(id)))?.history?.metadata;
    expect(then?.['software_statement']).toMatch(/^eyJ/);
    // Its reads renew the token, so the update starts from what is stored, where the text of a statement never is (I-04).
    const contacts = ['another@example.com'];
    expect(await house.carryOut(id, 'update', { clientMetadata: { contacts } })).toMatchObject({ status: 'succeeded' });
    const now = (await house.truth('curity', await house.view(id)))?.history?.metadata;
    expect(now).toMatchObject({ contacts, software_statement: then?.['software_statement'] });
    const [sent] = await house.rows<{ statement: string; metadata: object }>(
      `SELECT software_statement_id AS statement, metadata FROM attempts WHERE registration_id = $1 AND kind = 'update'`,
      [id],
    );
    expect(sent?.statement).toBe(issued.id);
    expect(JSON.stringify(sent?.metadata)).not.toContain('eyJ');
  });

  it('destroys the registration access token that was replaced (B-03)', async () => {
    const { id } = await house.registered('keycloak');
    await house.carryOut(id, 'update', RENAMED);
    const rows = await house.rows<{ version: number }>(
      `SELECT s.version FROM secrets s JOIN registrations r ON r.client_id = s.subject_id WHERE r.id = $1 AND s.kind = 'registration_access_token'`,
      [id],
    );
    expect(rows).toEqual([{ version: 2 }]);
  });
});

describe('a lost answer to an update (B-13)', () => {
  it('that was applied and renewed the token loses control, and tokens go on (K-33, U20)', async () => {
    const { id } = await house.registered('keycloak');
    await fault('keycloak', { kind: 'reset_after_commit' });
    const operation = await house.carryOut(id, 'update', RENAMED);
    expect(operation).toMatchObject({ status: 'failed', problem: { code: 'registrations.control_lost' } });
    expect(await house.view(id)).toMatchObject({ status: 'active', manageable: 'control_lost' });
    expect(await house.carryOut(id, 'verify')).toMatchObject({ status: 'succeeded' });
    const again = await house.carryOut(id, 'update', RENAMED);
    expect(again).toMatchObject({ status: 'failed', problem: { code: 'registrations.control_lost' } });
  });

  it('that was applied and renewed nothing is found to be there', async () => {
    const { id } = await house.registered('janssen');
    await fault('janssen', { kind: 'reset_after_commit' });
    expect(await house.carryOut(id, 'update', RENAMED)).toMatchObject({ status: 'succeeded' });
    expect(await house.attempts(id)).toEqual([
      { kind: 'read', status: 'applied' },
      { kind: 'update', status: 'applied' },
      { kind: 'read', status: 'applied' },
    ]);
    expect(await nameAt('janssen', id)).toBe('Sync 2');
  });

  it('that never arrived is sent again, once that was seen', async () => {
    const { id } = await house.registered('keycloak');
    await fault('keycloak', { kind: 'status', status: 503 });
    expect(await house.carryOut(id, 'update', RENAMED)).toMatchObject({ status: 'succeeded' });
    expect(await house.attempts(id)).toEqual([
      { kind: 'read', status: 'applied' },
      { kind: 'update', status: 'resolved_absent' },
      { kind: 'read', status: 'applied' },
      { kind: 'update', status: 'applied' },
    ]);
    expect(await nameAt('keycloak', id)).toBe('Sync 2');
  });

  it.each(['ibm', 'curity'] as const)('that renewed the secret at %s fails the credential with an alert (K-34)', async (product) => {
    const { id } = await house.registered(product);
    await fault(product, { kind: 'reset_after_commit' });
    const operation = await house.carryOut(id, 'update', RENAMED);
    expect(operation).toMatchObject({ status: 'failed', problem: { code: 'registrations.secret_lost' } });
    expect(await house.view(id)).toMatchObject({ status: 'credential_failed' });
    const told = await house.rows(`SELECT 1 FROM events WHERE type = 'registration.credential_failed' AND subject_id = $1`, [id]);
    expect(told).toHaveLength(1);
  });

  it('at a server whose reads renew is sent again once the credential was seen to work', async () => {
    const { id } = await house.registered('curity');
    await fault('curity', { kind: 'status', status: 502 });
    expect(await house.carryOut(id, 'update', RENAMED)).toMatchObject({ status: 'succeeded' });
    expect((await house.attempts(id)).map(({ kind }) => kind)).toEqual(['update', 'update']);
  });

  it('that stays lost leaves the registration as it is, and the operation unknown', async () => {
    const { id } = await house.registered('keycloak');
    await house.sandbox.fault({ vendor: 'keycloak', endpoint: 'client_configuration', kind: 'status', status: 503, times: 1 });
    await fault('keycloak', { kind: 'status', status: 503, times: 50 });
    await house.sandbox.fault({
      vendor: 'keycloak',
      endpoint: 'client_configuration',
      method: 'GET',
      kind: 'status',
      status: 503,
      times: 1,
    });
    const operation = await house.carryOut(id, 'update', RENAMED);
    expect(operation).toMatchObject({ status: 'outcome_unknown', problem: { code: 'registrations.update_unknown' } });
    expect(await house.view(id)).toMatchObject({ status: 'active' });
  });
});

describe('what a server answers to an update', () => {
  it('403 because the secret is in it: once without, and learned (K-35)', async () => {
    const { id } = await house.registered('hydra', { vendor: 'ibm' });
    expect(await house.carryOut(id, 'update', RENAMED)).toMatchObject({ status: 'succeeded' });
    expect((await house.attempts(id)).filter(({ kind }) => kind === 'update')).toEqual([
      { kind: 'update', status: 'refused' },
      { kind: 'update', status: 'applied' },
    ]);
  });

  it('400 because the secret is missing: once with it, and learned (K-36)', async () => {
    const { id } = await house.registered('ibm', { vendor: 'keycloak' });
    expect(await house.carryOut(id, 'update', RENAMED)).toMatchObject({ status: 'succeeded' });
    expect((await house.attempts(id)).filter(({ kind }) => kind === 'update')).toEqual([
      { kind: 'update', status: 'refused' },
      { kind: 'update', status: 'applied' },
    ]);
  });

  it('200, and nothing was changed: no success, and the drift says so (K-37)', async () => {
    const { id } = await house.registered('keycloak');
    await fault('keycloak', { kind: 'ignore_change' });
    const operation = await house.carryOut(id, 'update', RENAMED);
    expect(operation).toMatchObject({ status: 'failed', problem: { code: 'registrations.update_unapplied' } });
    expect(await house.view(id)).toMatchObject({ status: 'active', drift: 'unapplied', clientMetadata: {} });
    // The next one puts it through.
    expect(await house.carryOut(id, 'update', { ...RENAMED, repair: true })).toMatchObject({ status: 'succeeded' });
    expect(await house.view(id)).toMatchObject({ drift: 'none' });
  });

  it('another client: nothing of it is taken over (U22)', async () => {
    const before = await house.registered('keycloak');
    await fault('keycloak', { kind: 'another_client_id' });
    const operation = await house.carryOut(before.id, 'update', RENAMED);
    expect(operation).toMatchObject({ status: 'action_required', problem: { code: 'registrations.other_client' } });
    expect(await house.view(before.id)).toMatchObject({ status: 'active', clientId: before.clientId, clientMetadata: {} });
  });

  it.each(['widen_redirect_uris', 'downgrade_auth_method'] as const)('%s: taken back, and said so (A-35, K-21, K-23)', async (kind) => {
    const before = await house.registered('keycloak');
    const then = await house.truth('keycloak', before);
    await fault('keycloak', { kind });
    const operation = await house.carryOut(before.id, 'update', RENAMED);
    expect(operation).toMatchObject({ status: 'failed', problem: { code: 'registrations.update_undone' } });
    expect(await house.view(before.id)).toMatchObject({ status: 'active', drift: 'none', clientMetadata: {} });
    expect((await house.truth('keycloak', before))?.history?.metadata).toEqual(then?.history?.metadata);
  });

  it('401 while the client lives: control is lost, and nothing is registered anew (K-40, K-41)', async () => {
    const { id, clientId } = await house.registered('keycloak');
    await fault('keycloak', { kind: 'status', status: 401 });
    const operation = await house.carryOut(id, 'update', RENAMED);
    expect(operation).toMatchObject({ status: 'failed', problem: { code: 'registrations.control_lost', upstream: { status: 401 } } });
    expect(await house.view(id)).toMatchObject({ status: 'active', clientId, manageable: 'control_lost' });
  });

  it('405: no updates there, and learned', async () => {
    await house.sandbox.simulator.change({ vendor: 'spring' }, { addsGrant: 'none' });
    const { id } = await house.registered('spring', { vendor: 'generic' });
    const operation = await house.carryOut(id, 'update', RENAMED);
    expect(operation).toMatchObject({ status: 'failed', problem: { code: 'registrations.updates_not_taken' } });
    const again = await house.carryOut(id, 'update', RENAMED);
    expect(again).toMatchObject({ status: 'failed', problem: { code: 'registrations.unmanageable' } });
    expect((await house.attempts(id)).filter(({ kind }) => kind === 'update')).toHaveLength(1);
  });

  it('429: waits, and goes on', async () => {
    const { id } = await house.registered('keycloak');
    await fault('keycloak', { kind: 'status', status: 429, headers: { 'retry-after': '5' } });
    expect(await house.carryOut(id, 'update', RENAMED)).toMatchObject({ status: 'succeeded' });
  });

  it('400 for the metadata: the client is as it was', async () => {
    const { id } = await house.registered('keycloak');
    const body = JSON.stringify({ error: 'invalid_client_metadata', error_description: 'client_name is not nice' });
    await fault('keycloak', { kind: 'status', status: 400, body, headers: { 'content-type': 'application/json' } });
    const operation = await house.carryOut(id, 'update', RENAMED);
    expect(operation).toMatchObject({ status: 'failed', problem: { code: 'registrations.update_refused', upstream: { status: 400 } } });
    expect(await house.view(id)).toMatchObject({ status: 'active', clientMetadata: {} });
  });
});
