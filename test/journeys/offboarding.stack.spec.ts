import { join } from 'node:path';
import { SystemClock } from '@registrar/clock';
import { openDatabase } from '@registrar/database';
import { verifyDocument, type PublicJwk } from '@registrar/keys';
import { fileKeyEncryptionKey, openVault } from '@registrar/vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dumpedSecrets, type DumpedSecret } from '../support/data-dump.js';
import { startStack, until, type Stack } from '../support/index.js';
import { certificateByLink } from './disclosures.js';
import { readPlan } from './offboarding-plan.js';

const HOSPITALS = 50;
const A_DAY_MS = 86_400_000;

interface Signed {
  document: Certificate;
  jws: string;
  jwks_uri: string;
}
interface Certificate {
  waiver: string | null;
  counts: { registrations: number; clients_deleted: number; residue: number };
  registrations: {
    clients: { client_id: string; outcome: string; at: string | null; shown_by: string }[];
    residue: { client_id: string | null; marker?: string; reason: string }[];
  }[];
  keyring_backups_gone_at: string;
}
interface Shown {
  status: string;
  counts: { registrations: number; ended: number; clients_deleted: number; left: number };
  certificate: Signed | null;
  shredded_at: string | null;
  shredding: Signed | null;
}

let stack: Stack;
let secondOwner: string;
const applications: string[] = [];
const ehrs: { id: string; vendor: string; hospital: string }[] = [];
let leaving: string;
let staying: string;

beforeAll(async () => {
  stack = await startStack({
    // Two tries at each client: a third would have the failing servers' breakers open, half a minute and more each.
    env: { DEREGISTER_LADDER_MS: '100', KEYRING_BACKUP_DAYS: '14', LEASE_MS: '4000' },
    sandboxEnv: { SANDBOX_HOSPITALS: String(HOSPITALS), SANDBOX_VENDORS: 'meadow,summit' },
  });
  const create = async <Made extends { id: string }>(path: string, body: unknown): Promise<Made> => {
    const answer = await stack.call<Made>('POST', path, { body });
    if (answer.status !== 201) throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  leaving = (await create('/v1/tenants', { name: 'St. Mary', external_id: 'mary', contacts: [{ name: 'Ann' }] })).id;
  staying = (await create('/v1/tenants', { name: 'Lakeside' })).id;
  for (const name of ['Care Gaps', 'Lab Sync'])
    applications.push(
      (await create('/v1/applications', { name, client_metadata: { client_name: name }, required_scopes: ['system/Patient.rs'] })).id,
    );
  for (const server of await stack.sandbox.servers()) {
    const ehr = { name: `${server.vendor} ${server.hospital ?? ''}`, environment: 'sandbox', fhir_base_url: server.fhir_base_url };
    ehrs.push({ id: (await create('/v1/ehrs', ehr)).id, vendor: server.vendor, hospital: server.hospital ?? '' });
  }
  secondOwner = (await create<{ id: string; key: string }>('/v1/api-keys', { name: 'second', role: 'owner' })).key;
}, 240_000);
afterAll(() => stack.stop());

async function registered(tenantId: string, of: readonly { id: string }[], apps: readonly string[]): Promise<void> {
  for (const application of apps) {
    const body = { application_id: application, tenant_ids: [tenantId], ehr_ids: of.map(({ id }) => id), connect: true };
    expect((await stack.call('POST', '/v1/batches', { body })).status).toBe(202);
  }
  await until(
    'everything to be active',
    async () => {
      const rows = await stack.query(`SELECT 1 FROM registrations r JOIN tenants t ON t.id = r.tenant_id WHERE r.status <> 'active'`);
      return rows.length === 0;
    },
    120_000,
  );
}
const offboarding = async (id: string) => (await stack.call<Shown>('GET', `/v1/tenants/${id}/offboarding`)).body;
const ended = (id: string) =>
  until('the off-boarding to end', async () => ((await offboarding(id)).status === 'done' ? offboarding(id) : undefined), 180_000);
async function checked(signed: Signed | null, type: string): Promise<string | undefined> {
  const keys = ((await (await fetch(signed?.jwks_uri ?? '')).json()) as { keys: PublicJwk[] }).keys;
  return verifyDocument(signed?.jws ?? '', keys, type);
}

/** Opens what a dump of the data held, with the keyring of this moment and the key-encryption key of the installation. */
async function opened(secrets: readonly DumpedSecret[]): Promise<string[]> {
  const database = await openDatabase({ url: stack.database.databaseUrl, poolSize: 2, applicationName: 'restored' });
  const { vault } = await openVault(
    database,
    fileKeyEncryptionKey(join(stack.home, 'kek'), { createIfMissing: false }),
    new SystemClock(0),
  );
  try {
    const outcomes: string[] = [];
    for (const { workspaceId, tenantId, subjectId, kind, version, sealed } of secrets) {
      const owner = { workspaceId, ...(tenantId === null ? {} : { tenantId }) };
      outcomes.push(
        await vault.openBytes(owner, { subjectId, kind, version }, sealed).then(
          () => 'opened',
          (error: unknown) => (error as { code?: string }).code ?? 'thrown',
        ),
      );
    }
    return [...new Set(outcomes)];
  } finally {
    vault.close();
    await database.close();
  }
}

describe('off-boarding a hospital', () => {
  it(
    'of 200 registrations with 5 % failing servers, and a worker killed in between: every client is deleted or listed (T26)',
    { timeout: 420_000 },
    async () => {
      await registered(leaving, ehrs, applications);
      await registered(staying, ehrs.slice(0, 5), applications.slice(0, 1));
      const dump = await dumpedSecrets(stack.database);
      const [ids] = await stack.query<{ leaving: string; staying: string }>(
        `SELECT (SELECT id FROM tenants WHERE name = 'St. Mary') AS leaving, (SELECT id FROM tenants WHERE name = 'Lakeside') AS staying`,
      );
      const of = (tenantId: string | undefined) => dump.secrets.filter((secret) => secret.tenantId === tenantId);
      expect(await opened(of(ids?.leaving))).toEqual(['opened']);

      const { body: plan } = await stack.call<{ counts: Record<string, number> }>('POST', `/v1/tenants/${leaving}/offboard?dry_run=true`);
      expect(plan.counts).toMatchObject({ delete: 200, shared: 0, person: 0, unknown: 0 });
      await readPlan(stack, leaving, plan.counts);
      // Five servers of a hundred: two that delete nothing, two that fail, one that cannot be reached; two registrations at each.
      const summits = ehrs.filter(({ vendor }) => vendor === 'summit').slice(10);
      const fault = async (index: number, rest: { kind: 'status' | 'reset_before'; status?: number }) => {
        const { vendor, hospital } = summits[index] ?? { vendor: '', hospital: '' };
        await stack.sandbox.fault({ vendor, hospital, endpoint: 'client_configuration', method: 'DELETE', times: 50, ...rest });
      };
      for (const index of [0, 1]) await fault(index, { kind: 'status', status: 405 });
      for (const index of [2, 3]) await fault(index, { kind: 'status', status: 500 });
      await fault(4, { kind: 'reset_before' });

      const begun = await stack.call<Shown>('POST', `/v1/tenants/${leaving}/offboard`, { body: { reason: 'the contract has ended' } });
      expect(begun).toMatchObject({ status: 202, body: { status: 'running', counts: { registrations: 200 } } });
      expect(begun.headers.get('location')).toBe(`/v1/tenants/${leaving}/offboarding`);
      const refused = { application_id: applications[0], tenant_id: leaving, ehr_id: ehrs[0]?.id };
      expect((await stack.call('POST', '/v1/registrations', { body: refused })).status).toBe(409);
      expect(await stack.call('POST', `/v1/tenants/${leaving}/offboard/cancel`)).toMatchObject({
        status: 409,
        body: { code: 'offboarding.begun' },
      });
      const [worker] = stack.workers;
      await until('some to be gone', async () => (await offboarding(leaving)).counts.ended >= 20);
      await worker?.kill('SIGKILL');
      await worker?.restart();

      const done = await ended(leaving);
      const certificate = done.certificate?.document;
      const listed = certificate?.registrations.flatMap((registration) => registration.residue.map((rest) => rest.client_id)) ?? [];
      const deleted = certificate?.registrations.flatMap(({ clients }) => clients.filter(({ outcome }) => outcome === 'deleted')) ?? [];
      expect(listed).toHaveLength(10);
      expect(deleted).toHaveLength(190);
      expect(deleted.every(({ at, shown_by: by }) => at !== null && ['read', 'token_endpoint', 'answer'].includes(by))).toBe(true);
      expect(done.counts).toEqual({ registrations: 200, ended: 200, clients_deleted: 190, left: 10 });

      // Both books: whoever lives at a server is listed, or is the other hospital's; whoever is called deleted is.
      const ledger = await stack.sandbox.ledger();
      const others = await stack.query<{ client_id: string }>(
        `SELECT c.client_id FROM clients c JOIN registrations r ON r.client_id = c.id JOIN tenants t ON t.id = r.tenant_id WHERE t.name = 'Lakeside'`,
      );
      const alive = ledger.filter((client) => client.deleted_at === null).map((client) => client.client_id);
      expect(alive.sort()).toEqual([...listed, ...others.map((row) => row.client_id)].sort());
      expect(
        ledger
          .filter((client) => client.deleted_at !== null)
          .map((client) => client.client_id)
          .sort(),
      ).toEqual(deleted.map((client) => client.client_id).sort());
      const orphans = await stack.call<{ data: { client_id: string }[] }>('GET', `/v1/orphans?tenant_id=${leaving}&limit=200`);
      expect(orphans.body.data.map((orphan) => orphan.client_id).sort()).toEqual([...listed].sort());
      expect(JSON.parse((await checked(done.certificate, 'offboarding-certificate+jws')) ?? '{}')).toEqual(certificate);

      // The keys go by somebody else, and nothing but theirs.
      const shred = (key?: string) => stack.call<Shown>('POST', `/v1/tenants/${leaving}/offboard/shred`, key === undefined ? {} : { key });
      expect(await shred()).toMatchObject({ status: 403, body: { code: 'offboarding.own_request' } });
      const shredded = await shred(secondOwner);
      expect(shredded).toMatchObject({ status: 200 });
      const proof = shredded.body.shredding?.document;
      expect(Date.parse(proof?.keyring_backups_gone_at ?? '') - Date.parse(shredded.body.shredded_at ?? '')).toBe(14 * A_DAY_MS);
      expect(await checked(shredded.body.shredding, 'shredding-certificate+jws')).toBeDefined();
      expect(await shred(secondOwner)).toMatchObject({ status: 409, body: { code: 'offboarding.shredded_already' } });
      expect(await opened(of(ids?.leaving))).toEqual(['vault.key_missing']);
      expect(await opened(of(ids?.staying))).toEqual(['opened']);
      expect(await stack.call('GET', `/v1/audit-events/verify?tenant_id=${leaving}`)).toMatchObject({ body: { ok: true } });
      expect((await certificateByLink(stack, leaving)).jws).toBe(done.certificate?.jws);
      const [registration] = await stack.query<{ n: number }>(
        `SELECT count(*)::integer AS n FROM secrets s JOIN tenants t ON t.id = s.tenant_id WHERE t.name = 'St. Mary'`,
      );
      expect(registration?.n).toBe(0);
      expect((await stack.call<{ contacts: unknown[]; status: string }>('GET', `/v1/tenants/${leaving}`)).body).toMatchObject({
        status: 'offboarded',
        contacts: [],
      });
      const { body: lakeside } = await stack.call<{ data: { id: string }[] }>('GET', `/v1/registrations?tenant_id=${staying}&limit=1`);
      expect((await stack.call('POST', `/v1/registrations/${lakeside.data[0]?.id ?? ''}/token`, { body: {} })).status).toBe(200);
      process.stdout.write(
        `off-boarding: 200 registrations, ${deleted.length} deleted, ${listed.length} listed, ${dump.secrets.length} sealed values dumped by ${dump.by}\n`,
      );
    },
  );

  it('is planned, waits for its time, and is cancelled until then', async () => {
    const { body: tenant } = await stack.call<{ id: string }>('POST', '/v1/tenants', { body: { name: 'Waits' } });
    const path = `/v1/tenants/${tenant.id}/offboard`;
    expect((await stack.call('GET', `/v1/tenants/${tenant.id}/offboarding`)).status).toBe(404);
    const body = { effective_at: new Date(Date.now() + A_DAY_MS).toISOString() };
    expect(await stack.call('POST', path, { body })).toMatchObject({ status: 202, body: { status: 'scheduled', certificate: null } });
    expect(await stack.call('POST', path, { body })).toMatchObject({ status: 409, body: { code: 'offboarding.already' } });
    expect((await stack.call('POST', `${path}/shred`, { key: secondOwner })).status).toBe(409);
    expect(await stack.call('POST', `${path}/cancel`)).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    expect((await stack.call<{ status: string }>('GET', `/v1/tenants/${tenant.id}`)).body.status).toBe('active');
    const soon = { effective_at: new Date(Date.now() + 500).toISOString() };
    expect((await stack.call('POST', path, { body: soon })).status).toBe(202);
    expect((await ended(tenant.id)).certificate?.document.counts).toMatchObject({ registrations: 0, residue: 0 });
    const { body: made } = await stack.call<{ key: string }>('POST', '/v1/api-keys', { body: { name: 'p', role: 'product' } });
    expect((await stack.call('POST', path, { body: {}, key: made.key })).status).toBe(403);
  });

  it('does not begin while an outcome is unknown, unless that is waived; the certificate lists it (A24)', async () => {
    const { body: tenant } = await stack.call<{ id: string }>('POST', '/v1/tenants', { body: { name: 'Unknown' } });
    const [ehr] = ehrs.filter(({ vendor }) => vendor === 'meadow').slice(-1);
    await stack.sandbox.fault({ vendor: 'meadow', hospital: ehr?.hospital ?? '', method: 'POST', kind: 'reset_after_commit' });
    const wanted = { application_id: applications[0], tenant_id: tenant.id, ehr_id: ehr?.id };
    const { body: lost } = await stack.call<{ id: string }>('POST', '/v1/registrations', { body: wanted });
    await until(
      'the answer to be lost',
      async () => (await stack.call<{ status: string }>('GET', `/v1/registrations/${lost.id}`)).body.status === 'outcome_unknown',
    );
    const refused = await stack.call('POST', `/v1/tenants/${tenant.id}/offboard`, { body: {} });
    expect(refused).toMatchObject({ status: 409, body: { code: 'offboarding.outcome_unknown', registration_ids: [lost.id] } });
    const waiver = 'The hospital has closed; nobody can look';
    expect((await stack.call('POST', `/v1/tenants/${tenant.id}/offboard`, { body: { waiver } })).status).toBe(202);
    const certificate = (await ended(tenant.id)).certificate?.document;
    expect(certificate?.waiver).toBe(waiver);
    expect(certificate?.registrations[0]?.residue).toMatchObject([{ client_id: null, reason: 'outcome_unknown' }]);
    expect(certificate?.registrations[0]?.residue[0]?.marker).toMatch(/^att_/);
  });

  it('is not to be seen, begun or ended with another hospital’s key', async () => {
    const { body: bound } = await stack.call<{ key: string }>('POST', '/v1/api-keys', {
      body: { name: 'b', role: 'owner', tenant_ids: [staying] },
    });
    const calls: [string, string][] = [
      ['POST', 'offboard'],
      ['POST', 'offboard?dry_run=true'],
      ['POST', 'offboard/cancel'],
      ['POST', 'offboard/shred'],
      ['GET', 'offboarding'],
      ['POST', 'suspend'],
    ];
    for (const [method, path] of calls)
      expect(await stack.call(method, `/v1/tenants/${leaving}/${path}`, { key: bound.key }), path).toMatchObject({ status: 404 });
    const { body: orphans } = await stack.call<{ data: { id: string; registration_id: string }[] }>(
      'GET',
      `/v1/orphans?tenant_id=${leaving}`,
    );
    const [orphan] = orphans.data;
    expect((await stack.call<{ data: unknown[] }>('GET', '/v1/orphans', { key: bound.key })).body.data).toEqual([]);
    const body = { resolution: 'removed', evidence: 'x' };
    expect((await stack.call('POST', `/v1/orphans/${orphan?.id ?? ''}/resolve`, { body, key: bound.key })).status).toBe(404);
    const registration = `/v1/registrations/${orphan?.registration_id ?? ''}`;
    expect((await stack.call('DELETE', registration, { key: bound.key })).status).toBe(404);
    expect((await stack.call('POST', `${registration}/suspend`, { key: bound.key })).status).toBe(404);
    expect((await stack.call('POST', `${registration}/complete`, { body: { evidence: 'x' }, key: bound.key })).status).toBe(404);
  });

  it('lets nothing be made or sent for it once it has begun, however many ask meanwhile (T27)', async () => {
    const { body: tenant } = await stack.call<{ id: string }>('POST', '/v1/tenants', { body: { name: 'Race' } });
    const asking = ehrs
      .slice(20, 50)
      .map(({ id }) =>
        stack.call('POST', '/v1/registrations', { body: { application_id: applications[1], tenant_id: tenant.id, ehr_id: id } }),
      );
    const begun = stack.call('POST', `/v1/tenants/${tenant.id}/offboard`, { body: {} });
    const answers = (await Promise.all(asking)).map(({ status }) => status);
    expect((await begun).status).toBe(202);
    expect(answers.filter((status) => ![202, 409].includes(status))).toEqual([]);
    await ended(tenant.id);
    const rows = await stack.query<{ client_id: string | null; status: string }>(
      `SELECT a.upstream_client_id AS client_id, r.status FROM registrations r JOIN tenants t ON t.id = r.tenant_id AND t.name = 'Race' LEFT JOIN attempts a ON a.registration_id = r.id AND a.kind = 'register'`,
    );
    expect(rows.filter(({ status }) => status !== 'deregistered')).toEqual([]);
    const theirs = new Set(rows.map((row) => row.client_id));
    const alive = (await stack.sandbox.ledger()).filter((client) => theirs.has(client.client_id) && client.deleted_at === null);
    expect(alive).toEqual([]);
  });
});
