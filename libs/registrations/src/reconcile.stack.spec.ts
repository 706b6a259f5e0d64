import { randomUUID } from 'node:crypto';
import { EhrRecords, InitialAccessTokensService } from '@registrar/ehrs';
import { Secret } from '@registrar/secret';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { managedHouse, type ManagedHouse, type ProductName } from '../../../test/support/managed-house.js';
import type { RegistrationView } from './registration-view.js';

const INLINE = { jwksMode: ['inline'] as const };
let house: ManagedHouse;
let hospitals = 0;
beforeAll(async () => {
  house = await managedHouse(['okta', 'authlib', 'janssen']);
});
afterAll(() => house.close());
afterEach(() => house.sandbox.clearFaults());

interface Made {
  readonly id: string;
  readonly ehrId: string;
  readonly hospital: string;
}

/** Registers at that server, and the answers to the first of its registrations are lost. */
async function lose(
  product: ProductName,
  more: { quirks?: object; metadata?: object; lost?: number; hospital?: string; ehrId?: string } = {},
): Promise<Made> {
  hospitals += 1;
  const hospital = more.hospital ?? `h${String(hospitals).padStart(2, '0')}`;
  const [server] = await house.sandbox.servers({ vendor: product, hospital });
  const made = { fhirBaseUrl: server?.fhir_base_url, vendor: product, quirks: { ...INLINE, ...more.quirks } };
  const ehrId = more.ehrId ?? (await house.ehr(made)).id;
  if (server?.admin_token !== undefined && more.ehrId === undefined) {
    const tokens = new InitialAccessTokensService(house.database, house.clock, house.vault, new EhrRecords(house.audit, house.events));
    await tokens.create(house.scope, ehrId, { value: Secret.of(server.admin_token) });
  }
  const metadata = { token_endpoint_auth_method: 'private_key_jwt', ...more.metadata };
  const [tenantId, applicationId] = [await house.tenant(`${product} ${randomUUID()}`), await house.application(metadata)];
  await house.sandbox.fault({ vendor: product, hospital, endpoint: 'registration', kind: 'reset_after_commit', times: more.lost ?? 1 });
  const { id } = await house.registrations.create(house.scope, { connection: { tenantId, ehrId }, applicationId });
  await house.work();
  return { id, ehrId, hospital };
}

const attemptsOf = (id: string) =>
  house.rows<{ status: string; marker: string; reason: string | null }>(
    `SELECT status, marker, outcome->>'reason' AS reason FROM attempts WHERE registration_id = $1 AND kind = 'register' ORDER BY id`,
    [id],
  );
/** The clients that the server has of this registration, by the markers of its attempts. */
async function there(vendor: ProductName, { id, hospital }: Made): Promise<string[]> {
  const markers = (await attemptsOf(id)).map(({ marker }) => marker);
  const entries = await house.sandbox.ledger({ vendor, hospital });
  return entries
    .filter((entry) => markers.some((marker) => JSON.stringify(entry.history?.metadata).includes(marker)))
    .map((entry) => entry.client_id);
}
const orphans = async (id: string) => (await house.orphans.list(house.scope, { registrationId: id }, { limit: 10 })).items;
const view = (id: string): Promise<RegistrationView> => house.view(id);

describe('a registration whose answer was lost (reliability.md 3.3)', () => {
  it('waits for a person where nothing else was said, and is never sent again by itself (H-30)', async () => {
    const made = await lose('authlib');
    await house.workOn();
    expect(await view(made.id)).toMatchObject({ status: 'outcome_unknown', operation: { status: 'outcome_unknown' } });
    expect(await attemptsOf(made.id)).toMatchObject([{ status: 'unknown' }]);
  });

  it('is found by its marker in an administrator’s list, and adopted, for our key proves it (H-30 c2)', async () => {
    const made = await lose('okta');
    expect(await view(made.id)).toMatchObject({ status: 'outcome_unknown', waiting: { reason: 'reconciling' } });
    await house.workOn();
    const after = await view(made.id);
    expect(after).toMatchObject({ status: 'active', proof: 'token', residue: [] });
    expect(await attemptsOf(made.id)).toMatchObject([{ status: 'adopted' }]);
    expect(await there('okta', made)).toEqual([after.clientId]);
  });

  it('is registered anew where the list shows none, after the last look (U28)', async () => {
    const made = await lose('okta');
    const [client] = await there('okta', made);
    await house.sandbox.removeClient({ vendor: 'okta', hospital: made.hospital, client_id: client ?? '' });
    await house.workOn();
    const after = await view(made.id);
    expect(after).toMatchObject({ status: 'active', residue: [] });
    expect(await attemptsOf(made.id)).toMatchObject([{ status: 'resolved_absent', reason: 'not_found' }, { status: 'adopted' }]);
    expect(after.clientId).not.toBe(client);
  });

  it('is sent again to the byte where the same metadata gives the same client, however often it is lost (H-30 b)', async () => {
    await house.sandbox.simulator.change({ vendor: 'janssen' }, { idempotentByMetadata: true });
    const made = await lose('janssen', { quirks: { idempotentByMetadata: true }, lost: 2 });
    await house.workOn();
    const after = await view(made.id);
    expect(after).toMatchObject({ status: 'active', residue: [] });
    const attempts = await attemptsOf(made.id);
    expect(attempts.map(({ status }) => status)).toEqual(['superseded', 'superseded', 'adopted']);
    expect(new Set(attempts.map(({ marker }) => marker)).size).toBe(1);
    expect(await there('janssen', made)).toEqual([after.clientId]);
  });

  it('is held where it would not be the same again, and where the repetition is turned down', async () => {
    const changed = await lose('janssen', { quirks: { idempotentByMetadata: true } });
    await house.rows(`UPDATE registrations SET client_metadata = '{"client_name": "Another"}' WHERE id = $1`, [changed.id]);
    const refused = await lose('janssen', { quirks: { idempotentByMetadata: true } });
    const body = JSON.stringify({ error: 'invalid_client_metadata' });
    const json = { 'content-type': 'application/json' };
    await house.sandbox.fault({
      vendor: 'janssen',
      hospital: refused.hospital,
      endpoint: 'registration',
      kind: 'status',
      status: 400,
      body,
      headers: json,
    });
    await house.workOn();
    expect(await view(changed.id)).toMatchObject({ status: 'outcome_unknown', operation: { status: 'outcome_unknown' } });
    expect(await attemptsOf(changed.id)).toHaveLength(1);
    expect(await view(refused.id)).toMatchObject({ status: 'outcome_unknown' });
    expect((await attemptsOf(refused.id)).map(({ status }) => status)).toEqual(['unknown', 'refused']);
    await house.unknown.resolve(house.scope, refused.id, { resolution: 'removed', evidence: 'ticket 1' });
    expect((await attemptsOf(refused.id)).map(({ status }) => status)).toEqual(['deleted', 'refused']);
  });
});

describe('a registration that may be sent once more, and the first be listed (H-30 d)', () => {
  const RETRY = { unknownOutcome: 'retry_once_and_list' } as const;

  it('is, with another marker and key; what may have been made is an orphan with all that it takes to find it', async () => {
    const made = await lose('authlib', { quirks: RETRY });
    await house.workOn();
    const after = await view(made.id);
    expect(after).toMatchObject({ status: 'active', residue: [{ client_id: null, reason: 'outcome_unknown' }] });
    const [first, second] = await attemptsOf(made.id);
    expect([first, second]).toMatchObject([{ status: 'orphaned', reason: 'retried' }, { status: 'adopted' }]);
    expect(first?.marker).not.toBe(second?.marker);
    const [orphan] = await orphans(made.id);
    const found = {
      marker: first?.marker,
      markerMember: expect.any(String) as string,
      localAddress: '127.0.0.1',
      sentAt: expect.any(Date) as Date,
    };
    expect(orphan).toMatchObject({ ...found, kind: 'attempt', metadataDigest: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    expect(await there('authlib', made)).toHaveLength(2);
    await house.orphans.resolve(house.scope, orphan?.id ?? '', { resolution: 'absent', evidence: 'looked on Tuesday' });
    expect(await attemptsOf(made.id)).toMatchObject([{ status: 'resolved_absent' }, { status: 'adopted' }]);
    expect((await view(made.id)).residue).toEqual([]);
  });

  it('not a second time: one orphan is open for a registration at most', async () => {
    const made = await lose('authlib', { quirks: RETRY, lost: 2 });
    await house.workOn();
    expect(await view(made.id)).toMatchObject({ status: 'outcome_unknown', operation: { status: 'outcome_unknown' } });
    expect((await attemptsOf(made.id)).map(({ status }) => status)).toEqual(['orphaned', 'unknown']);
  });

  it('not past the number of its server and day, and again on the next', async () => {
    const quirks = { ...RETRY, orphansPerDay: 2 };
    const first = await lose('authlib', { quirks });
    const same = { hospital: first.hospital, ehrId: first.ehrId };
    const all = [first, await lose('authlib', same), await lose('authlib', same)];
    await house.workOn();
    const states = await Promise.all(all.map(async ({ id }) => (await view(id)).status));
    expect(states.sort()).toEqual(['active', 'active', 'outcome_unknown']);
    house.clock.advance(25 * 3_600_000);
    await house.sandbox.simulator.clock({ now: house.clock.now().toISOString(), speed: 0 });
    const next = await lose('authlib', same);
    await house.workOn();
    expect(await view(next.id)).toMatchObject({ status: 'active' });
  });
});
