import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until, type Answer } from '../support/index.js';
import { hostileHouse, type HostileHouse, type Place } from './hostile-house.js';
import { send } from './lying-server.js';

interface Refusal {
  code: string;
  request_id: string;
  [member: string]: unknown;
}
let house: HostileHouse;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'registrar-hosts-'));
  resolves({});
  house = await hostileHouse({
    HOSTS_FILE: join(folder, 'hosts.json'),
    NODE_OPTIONS: `--import ${new URL('hosts-file.mjs', import.meta.url).href}`,
  });
});
afterAll(async () => {
  await house.stop();
  rmSync(folder, { recursive: true });
});

/** What names resolve to from now on, in api and worker. */
function resolves(hosts: Record<string, string[]>): void {
  writeFileSync(join(folder, 'hosts.json'), JSON.stringify(hosts));
}
const call = (method: string, path: string, options: Parameters<HostileHouse['stack']['call']>[2] = {}): Promise<Answer<Refusal>> =>
  house.stack.call<Refusal>(method, path, options);
const keyOf = async (body: object): Promise<string> =>
  (await house.stack.call<{ key: string }>('POST', '/v1/api-keys', { body: { name: 'k', ...body } })).body.key;
const wanted = (at: Place) => ({ tenant_id: at.tenantId, ehr_id: at.ehrId, application_id: house.applicationId });
const rows = async (at: Place): Promise<number> =>
  (await house.stack.query('SELECT 1 FROM registrations r JOIN ehrs e ON e.id = r.ehr_id WHERE e.name = $1', [at.site.name])).length;

/** What can be asked of one registration, with bodies that are right for it. */
const OF_A_REGISTRATION: readonly (readonly [method: string, part: string, body?: object])[] = [
  ['GET', ''],
  ['PATCH', '', { client_metadata: {} }],
  ['DELETE', ''],
  ['GET', '/attempts'],
  ['GET', '/credentials'],
  ['GET', '/support-bundle'],
  ['GET', '/worksheet'],
  ['POST', '/replace', { reason: 'To look whose it is' }],
  ['POST', '/retry'],
  ['POST', '/verify'],
  ['POST', '/sync'],
  ['POST', '/rotate'],
  ['POST', '/rollback'],
  ['POST', '/resolve', { resolution: 'absent', evidence: 'Nobody looked' }],
];

describe('whose it is', () => {
  it('[A01] another hospital’s registration, and another workspace’s, is not there: the same words as for one that never was', async () => {
    const at = await house.place('a01');
    const { id } = await at.register();
    const { body: other } = await house.stack.call<{ id: string }>('POST', '/v1/tenants', { body: { name: 'B' } });
    const { body: acme } = await house.stack.call<{ owner_key: string }>('POST', '/v1/workspaces', { body: { name: 'Acme' } });
    const before = at.site.heard.length;
    for (const key of [await keyOf({ role: 'product', tenant_ids: [other.id] }), acme.owner_key])
      for (const [method, part, body] of OF_A_REGISTRATION) {
        const options = { key, ...(body ? { body } : {}) };
        const theirs = await call(method, `/v1/registrations/${id}${part}`, options);
        const nobodys = await call(method, `/v1/registrations/reg_${'0'.repeat(26)}${part}`, options);
        expect(theirs.status, `${method} ${part}`).toBe(404);
        expect({ ...theirs.body, request_id: '' }).toEqual({ ...nobodys.body, request_id: '' });
      }
    expect(await house.read(id)).toMatchObject({ status: 'active' });
    expect(at.site.heard).toHaveLength(before);
    await at.accounted();
  });
});

describe('names that resolve to where nobody may call', () => {
  const ehr = (host: string) =>
    house.stack.call<{ id: string; status: string; discovery: { documents: { problem: string }[] } }>('POST', '/v1/ehrs', {
      body: { name: host, environment: 'sandbox', fhir_base_url: `http://${host}:${new URL(house.lying.origin).port}/a12/fhir` },
    });

  it('[A12] private, metadata, and mixed addresses are blocked at the connection, all alike', async () => {
    const site = house.lying.site('a12');
    resolves({
      'private.localhost': ['10.0.0.5'],
      'metadata.localhost': ['169.254.169.254'],
      'mixed.localhost': ['127.0.0.1', '10.0.0.5'],
      'mapped.localhost': ['::ffff:10.0.0.5'],
    });
    for (const name of ['private', 'metadata', 'mixed', 'mapped']) {
      const { status, body } = await ehr(`${name}.localhost`);
      expect([name, status, body.status]).toEqual([name, 201, 'unreachable']);
      expect(body.discovery.documents.map(({ problem }) => problem)).toEqual(body.discovery.documents.map(() => 'blocked_address'));
    }
    expect(site.heard).toEqual([]);
    expect(
      await house.stack.query('SELECT 1 FROM registrations r JOIN ehrs e ON e.id = r.ehr_id WHERE e.name LIKE $1', ['%.localhost']),
    ).toEqual([]);
  });

  it('[A13] a name that is right when it is entered and turned round later: nothing is sent, and the canary hears nothing', async () => {
    const { port } = new URL(house.lying.origin);
    const canary = createServer();
    let hits = 0;
    canary.on('connection', (socket) => {
      hits += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => canary.listen(Number(port), '127.0.0.2', resolve));
    expect((canary.address() as AddressInfo).port).toBe(Number(port));
    resolves({ 'turns.localhost': ['127.0.0.1'] });
    const site = house.lying.site('a13');
    const issuer = `http://turns.localhost:${port}/a13`;
    site.metadata = { issuer, token_endpoint: `${issuer}/token`, registration_endpoint: `${issuer}/register` };
    const { id: tenantId } = await house.create('/v1/tenants', { name: 'a13' });
    const made = await house.create<{ id: string; status: string }>('/v1/ehrs', {
      name: 'a13',
      environment: 'sandbox',
      fhir_base_url: `${issuer}/fhir`,
      tenant_id: tenantId,
    });
    expect(made.status).toBe('ready');
    resolves({ 'turns.localhost': ['127.0.0.2'] });
    const { id } = await house.create('/v1/registrations', { tenant_id: tenantId, ehr_id: made.id, application_id: house.applicationId });
    const shown = await until('it to be refused', async () => {
      const read = await house.read(id);
      return read.status === 'rejected' ? read : undefined;
    });
    expect(shown.problem).toMatchObject({ code: 'registrations.blocked_address' });
    expect((await house.attempts(id)).map(({ status, outcome }) => [status, outcome])).toEqual([['not_sent', { code: 'blocked_address' }]]);
    expect([hits, site.count('register'), site.clients.length]).toEqual([0, 0, 0]);
    await new Promise((resolve) => canary.close(resolve));
  });
});

describe('the same thing twice', () => {
  it('[A16] fifty at once with one Idempotency-Key: one registration, one client', async () => {
    const at = await house.place('a16');
    const headers = { 'idempotency-key': 'a16' };
    const answers = await Promise.all(Array.from({ length: 50 }, () => call('POST', '/v1/registrations', { body: wanted(at), headers })));
    const fresh = answers.filter(({ status, headers: got }) => status === 202 && got.get('idempotent-replayed') === null);
    expect(fresh).toHaveLength(1);
    for (const { status, headers: got, body } of answers)
      if (status === 202) expect(body['id']).toBe(fresh[0]?.body['id']);
      else expect([status, body.code, got.get('idempotent-replayed')]).toEqual([409, 'api.idempotency_in_flight', null]);
    expect(await rows(at)).toBe(1);
    await until('it to be active', async () => (await house.read(String(fresh[0]?.body['id']))).status === 'active');
    expect(at.site.count('register')).toBe(1);
    await at.accounted();
  });

  it('[A17] the key with another body is refused', async () => {
    const [one, two] = [await house.place('a17'), await house.place('a17b')];
    const headers = { 'idempotency-key': 'a17' };
    expect((await call('POST', '/v1/registrations', { body: wanted(one), headers })).status).toBe(202);
    expect(await call('POST', '/v1/registrations', { body: wanted(two), headers })).toMatchObject({
      status: 422,
      body: { code: 'api.idempotency_key_reused' },
    });
    expect([await rows(two), two.site.count('register')]).toEqual([0, 0]);
  });

  it('[A18] the key of another workspace is independent', async () => {
    const { body: acme } = await house.stack.call<{ owner_key: string }>('POST', '/v1/workspaces', { body: { name: 'A18' } });
    const headers = { 'idempotency-key': 'a18' };
    const ours = await call('POST', '/v1/tenants', { body: { name: 'Ours' }, headers });
    const theirs = await call('POST', '/v1/tenants', { body: { name: 'Theirs' }, headers, key: acme.owner_key });
    expect([ours.status, theirs.status, theirs.headers.get('idempotent-replayed')]).toEqual([201, 201, null]);
    expect(theirs.body['id']).not.toBe(ours.body['id']);
  });

  it('[A20] two of the same pair with different keys: one is made, the other names it', async () => {
    const at = await house.place('a20');
    const both = await Promise.all(
      ['a20-1', 'a20-2'].map((key) => call('POST', '/v1/registrations', { body: wanted(at), headers: { 'idempotency-key': key } })),
    );
    const [made, refused] = both.sort((a, b) => a.status - b.status);
    expect([made?.status, refused?.status, refused?.body.code]).toEqual([202, 409, 'registrations.already_exists']);
    expect(refused?.body['existing_id']).toBe(made?.body['id']);
    await until('it to be active', async () => (await house.read(String(made?.body['id']))).status === 'active');
    expect([await rows(at), at.site.count('register')]).toEqual([1, 1]);
    await at.accounted();
  });

  it('[A21] a change on a version that is gone: 412, and nothing is changed', async () => {
    const at = await house.place('a21');
    const seen = await call('GET', `/v1/ehrs/${at.ehrId}`);
    const stale = { 'if-match': seen.headers.get('etag') ?? '' };
    expect((await call('PATCH', `/v1/ehrs/${at.ehrId}`, { body: { name: 'a21 first' }, headers: stale })).status).toBe(200);
    expect((await call('PATCH', `/v1/ehrs/${at.ehrId}`, { body: { name: 'a21 second' }, headers: stale })).status).toBe(412);
    expect((await call('GET', `/v1/ehrs/${at.ehrId}`)).body['name']).toBe('a21 first');
  });
});

describe('two things at once', () => {
  it('[A22] deleted while it registers: what is being sent is waited for, and then deleted at the server too', async () => {
    const at = await house.place('a22');
    let release = (): void => undefined;
    at.site.lies('register', (_heard, socket, sound) => {
      const answer = sound();
      release = () => {
        send(socket, answer);
      };
    });
    const { id } = await house.create('/v1/registrations', wanted(at));
    await until('the request to be at the server', () => Promise.resolve(at.site.clients.length === 1));
    expect((await call('DELETE', `/v1/registrations/${id}`)).status).toBe(202);
    expect(at.site.count('manage')).toBe(0);
    release();
    const ended = await until('it to end', async () => {
      const shown = await house.read(id);
      return shown.status === 'deregistered' ? shown : undefined;
    });
    expect(ended.residue).toEqual([]);
    expect([at.site.count('register'), at.site.count('manage', 'DELETE'), at.site.clients.map(({ deleted }) => deleted)]).toEqual([
      1,
      1,
      [true],
    ]);
    await at.accounted();
  });

  it('[A23] rotated while a rotation runs: 409, which names it', async () => {
    const at = await house.place('a23');
    const { id } = await at.register();
    at.site.lies('manage', () => undefined);
    const first = await house.stack.call<{ operation: { id: string; kind: string } }>('POST', `/v1/registrations/${id}/rotate`, {
      body: {},
    });
    expect(first).toMatchObject({ status: 202, body: { operation: { kind: 'rotate' } } });
    const second = await call('POST', `/v1/registrations/${id}/rotate`, { body: {} });
    expect(second).toMatchObject({ status: 409, body: { operation_id: first.body.operation.id } });
    expect(at.site.count('register')).toBe(1);
    expect(at.site.count('manage', 'PUT')).toBeLessThanOrEqual(1);
    await at.accounted();
  });

  it('[A24] off-boarded with one unknown: refused, until that is waived; the certificate lists it', async () => {
    const at = await house.place('a24');
    at.site.lies('register', (_heard, socket, sound) => {
      sound();
      socket.destroy();
    });
    const lost = await at.register();
    expect(lost.status).toBe('outcome_unknown');
    const path = `/v1/tenants/${at.tenantId}/offboard`;
    expect(await call('POST', path, { body: {} })).toMatchObject({
      status: 409,
      body: { code: 'offboarding.outcome_unknown', registration_ids: [lost.id] },
    });
    expect((await call('POST', path, { body: { waiver: 'The hospital has closed; nobody can look' } })).status).toBe(202);
    type Shown = { certificate: { document: { registrations: { residue: { reason: string; marker: string }[] }[] } } | null };
    const certificate = await until(
      'the certificate',
      async () => (await house.stack.call<Shown>('GET', `/v1/tenants/${at.tenantId}/offboarding`)).body.certificate ?? undefined,
    );
    expect(certificate.document.registrations[0]?.residue).toMatchObject([{ reason: 'outcome_unknown' }]);
    expect(JSON.stringify(at.site.clients[0]?.metadata)).toContain(certificate.document.registrations[0]?.residue[0]?.marker);
    expect(at.site.count('register')).toBe(1);
    await at.accounted();
  });
});
