import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/index.js';
import { testAuthority, type TestAuthority } from './certificates.js';
import { hostileHouse, type HostileHouse } from './hostile-house.js';
import { LyingServer } from './lying-server.js';

interface Shown {
  active: { version: number; authorities: object[]; client_certificate: object[] | null; ports: number[]; private_ranges: string[] } | null;
  proposed: { approval_id: string } | null;
  code?: string;
  errors?: { pointer: string; code: string }[];
}
let authority: TestAuthority;
let house: HostileHouse;
let approver: string;
beforeAll(async () => {
  authority = testAuthority();
  house = await hostileHouse({ OUTBOUND_ALLOW: '127.0.0.1,::1' });
  approver = (await house.stack.call<{ key: string }>('POST', '/v1/api-keys', { body: { name: 'approver', role: 'approver' } })).body.key;
});
afterAll(async () => {
  await house.stop();
  authority.remove();
});

const propose = (ehrId: string, body: object, key?: string) =>
  house.stack.call<Shown>('PUT', `/v1/ehrs/${ehrId}/transport`, { body, ...(key ? { key } : {}) });
async function approve(ehrId: string, body: object): Promise<void> {
  const asked = await propose(ehrId, body);
  expect(asked.status).toBe(202);
  const path = `/v1/approvals/${asked.body.proposed?.approval_id ?? ''}/approve`;
  // Not by whoever asked.
  expect((await house.stack.call('POST', path, { body: {} })).status).toBe(403);
  expect((await house.stack.call('POST', path, { body: {}, key: approver })).status).toBe(200);
}
const discover = async (ehrId: string) => (await house.stack.call<{ status: string }>('POST', `/v1/ehrs/${ehrId}/discover`)).body.status;
const ehrAt = async (server: LyingServer, name: string) => {
  const site = server.site(name);
  const { id: tenantId } = await house.create('/v1/tenants', { name });
  const { id, status } = await house.create<{ id: string; status: string }>('/v1/ehrs', {
    name,
    environment: 'sandbox',
    fhir_base_url: site.base,
    tenant_id: tenantId,
  });
  return { site, tenantId, id, status };
};

describe('what one EHR needs beside the rules for all', () => {
  it('[A34] a bundle with a thousand certificates, garbage, a private key, or no authority: refused, and nothing of it is stored', async () => {
    const { id, site } = await house.place('a34').then(({ ehrId, site }) => ({ id: ehrId, site }));
    const before = site.heard.length;
    const leaf = authority.issue('localhost');
    const bad: [string, object, string][] = [
      ['many', { ca_bundle: authority.cert.repeat(60) }, 'too_many'],
      [
        'garbage',
        { ca_bundle: `-----BEGIN CERTIFICATE-----\n${Buffer.alloc(90).toString('base64')}\n-----END CERTIFICATE-----` },
        'unreadable',
      ],
      ['text', { ca_bundle: 'not a certificate' }, 'unreadable'],
      ['more than certificates', { ca_bundle: `${authority.cert}\nsurprise` }, 'unreadable'],
      ['a private key', { ca_bundle: authority.cert + authority.key }, 'private_key_inside'],
      ['no authority', { ca_bundle: leaf.cert }, 'not_an_authority'],
      [
        'an expired client',
        { client_certificate: { certificate: authority.issue('client', true).cert, private_key: leaf.key } },
        'expired',
      ],
      ['another key', { client_certificate: { certificate: leaf.cert, private_key: authority.key } }, 'key_does_not_match'],
    ];
    for (const [what, body, code] of bad) {
      const answer = await propose(id, body);
      expect([what, answer.status, answer.body.code, answer.body.errors?.[0]?.code]).toEqual([what, 422, 'ehrs.transport_refused', code]);
    }
    const thousand = await propose(id, { ca_bundle: authority.cert.repeat(1_000) });
    expect([413, 422]).toContain(thousand.status);
    expect(await house.stack.query(`SELECT 1 FROM secrets WHERE kind = 'client_certificate_key'`)).toEqual([]);
    expect(await house.stack.query('SELECT 1 FROM approvals')).toEqual([]);
    const kept = JSON.stringify([
      await house.stack.query('SELECT * FROM ehrs'),
      await house.stack.query('SELECT * FROM audit_events'),
      house.stack.api.lines,
    ]);
    const secretPart = authority.key.split('\n')[1] ?? randomUUID();
    expect(kept).not.toContain(secretPart);
    expect(site.heard).toHaveLength(before);
  });

  it('ports of other services, and ranges that are not private, are refused; only an owner asks', async () => {
    const { ehrId } = await house.place('refused');
    for (const port of [22, 80, 5432, 6379]) expect((await propose(ehrId, { ports: [port] })).body.errors?.[0]?.code).toBe('port_refused');
    for (const range of ['127.0.0.0/16', '169.254.0.0/16', '0.0.0.0/0', '10.0.0.0/8', '8.8.8.0/24', '::/0', 'fe80::/64', 'x'])
      expect([range, (await propose(ehrId, { private_ranges: [range] })).body.errors?.[0]?.code]).toEqual([range, 'range_refused']);
    const { body } = await house.stack.call<{ key: string }>('POST', '/v1/api-keys', { body: { name: 'p', role: 'product' } });
    expect((await propose(ehrId, { ports: [8443] }, body.key)).status).toBe(403);
  });

  it('an authority is added for that EHR alone, once somebody else has approved it; the public ones stay', async () => {
    const server = await LyingServer.start(authority.issue('localhost'));
    const own = await ehrAt(server, 'private');
    const other = await ehrAt(server, 'other');
    expect([own.status, other.status]).toEqual(['unreachable', 'unreachable']);
    await approve(own.id, { ca_bundle: authority.cert });
    expect([await discover(own.id), await discover(other.id)]).toEqual(['ready', 'unreachable']);
    const { id } = await house.create('/v1/registrations', {
      tenant_id: own.tenantId,
      ehr_id: own.id,
      application_id: house.applicationId,
    });
    await until('it to be active', async () => (await house.read(id)).status === 'active');
    expect((await house.stack.call('POST', `/v1/registrations/${id}/token`, { body: {} })).status).toBe(200);
    expect([own.site.count('register'), other.site.heard.length]).toEqual([1, 0]);
    // Taken away again: only the rules for all hold.
    await approve(own.id, {});
    expect(await discover(own.id)).toBe('unreachable');
    await server.stop();
  });

  it('proves itself with a client certificate whose key lies sealed; without one the server does not talk', async () => {
    const server = await LyingServer.start({
      ...authority.issue('localhost'),
      ca: authority.cert,
      requestCert: true,
      rejectUnauthorized: true,
    });
    const own = await ehrAt(server, 'mutual');
    await approve(own.id, { ca_bundle: authority.cert });
    expect(await discover(own.id)).toBe('unreachable');
    const client = authority.issue('registrar.example');
    await approve(own.id, { ca_bundle: authority.cert, client_certificate: { certificate: client.cert, private_key: client.key } });
    expect(await discover(own.id)).toBe('ready');
    const { body } = await house.stack.call<Shown>('GET', `/v1/ehrs/${own.id}/transport`);
    expect(body.active).toMatchObject({ version: 2, client_certificate: [{ subject: 'CN=registrar.example' }] });
    const [row] = await house.stack.query<{ sealed: Buffer }>(`SELECT sealed FROM secrets WHERE kind = 'client_certificate_key'`);
    expect(row?.sealed.includes('PRIVATE KEY')).toBe(false);
    expect(JSON.stringify([body, await house.stack.query('SELECT * FROM ehrs')])).not.toContain('PRIVATE KEY');
    const { id } = await house.create('/v1/registrations', {
      tenant_id: own.tenantId,
      ehr_id: own.id,
      application_id: house.applicationId,
    });
    await until('it to be active', async () => (await house.read(id)).status === 'active');
    await server.stop();
  });
});
