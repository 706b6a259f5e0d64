import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '@registrar/secret';
import { newId } from '@registrar/vault';
import { ehrHouse, type EhrHouse } from '../../../test/support/ehr-house.js';
import { learnOfServers, upstreamsFor } from './index.js';

let house: EhrHouse;
beforeAll(async () => {
  house = await ehrHouse();
});
afterAll(() => house.close());

const gates = (id = '') =>
  house.rows(
    'SELECT budget, max_in_flight, max_in_flight_per_tenant, per_second FROM upstream_gates WHERE authorization_server_id = $1 ORDER BY 1',
    [id],
  );

describe('EHRs (A-60 to A-68, D-42)', () => {
  it('with the same issuer and environment share one server and its two gates; another environment has its own', async () => {
    const [server, other] = [await house.server(), await house.server()];
    other.metadata = server.metadata;
    const [one, two] = [await house.make(server), await house.make(other)];
    const three = await house.make(server, { environment: 'production' });
    expect(one).toMatchObject({
      status: 'ready',
      server: { issuer: server.issuer, issuerConfirmed: true, approvedOrigins: [server.issuer] },
    });
    expect(two.server?.id).toBe(one.server?.id);
    expect(three.server?.id).not.toBe(one.server?.id);
    const defaults = { max_in_flight: 4, max_in_flight_per_tenant: 2, per_second: 5 };
    expect(await gates(one.server?.id)).toEqual([
      { budget: 'registration', ...defaults },
      { budget: 'token', ...defaults },
    ]);
  });

  it('give their server the lowest limits that any of them asks for; a server of one hospital gives it the whole', async () => {
    const tenant = await house.tenants.create(house.scope, { name: 'Mary' });
    const server = await house.server();
    const one = await house.make(server, { tenantId: tenant.id, limits: { maxInFlight: 64, perSecond: 500 } });
    expect((await gates(one.server?.id))[0]).toMatchObject({ max_in_flight: 64, max_in_flight_per_tenant: 64, per_second: 500 });
    await house.make(server, { limits: { maxInFlight: 10 } });
    expect((await gates(one.server?.id))[0]).toMatchObject({ max_in_flight: 10, max_in_flight_per_tenant: 5, per_second: 500 });
    await house.ehrs.change(house.scope, one.id, { limits: {} });
    expect((await gates(one.server?.id))[0]).toMatchObject({ max_in_flight: 10, per_second: 5 });
  });

  it('that answer nothing of use are stored as unreachable, without a server, and can be discovered again', async () => {
    const server = await house.server();
    server.answer = { status: 503, body: '' };
    const ehr = await house.make(server);
    expect(ehr).toMatchObject({ status: 'unreachable', discovery: { status: 'unreachable' } });
    expect(ehr.server).toBeUndefined();
    server.answer = undefined;
    expect(await house.discoveries.discover(house.scope, ehr.id)).toMatchObject({ status: 'ready', server: { issuer: server.issuer } });
    server.answer = { status: 503, body: '' };
    const gone = await house.discoveries.discover(house.scope, ehr.id);
    expect(gone).toMatchObject({ status: 'unreachable', server: { endpoints: { token: `${server.issuer}/token` } } });
  });

  it('that answer a web page have nothing to register at by themselves: a person does', async () => {
    const server = await house.server();
    server.answer = { status: 200, body: '<!doctype html><title>Welcome</title>' };
    const ehr = await house.make(server);
    expect(ehr).toMatchObject({ status: 'manual_only', server: { identity: server.base, endpoints: {} } });
    expect(ehr.discovery?.problems.map((problem) => problem.id)).toContain('discovery.html_instead_of_json');
    server.answer = undefined;
    const found = await house.discoveries.discover(house.scope, ehr.id);
    expect(found).toMatchObject({ status: 'ready', server: { issuer: server.issuer, endpoints: { token: `${server.issuer}/token` } } });
  });

  it('whose endpoints moved to another origin are quarantined, and what was pinned stays until a person confirms (A-66)', async () => {
    const server = await house.server();
    const ehr = await house.make(server);
    server.metadata = { ...server.metadata, token_endpoint: 'https://evil.example/token', registration_endpoint: `${server.issuer}/v2` };
    const moved = await house.discoveries.discover(house.scope, ehr.id);
    expect(moved).toMatchObject({
      status: 'quarantined',
      movedEndpoints: ['token'],
      server: { endpoints: { registration: `${server.issuer}/register` } },
    });
    const token = house.tokens.create(house.scope, ehr.id, { value: Secret.of('iat') });
    await expect(token).rejects.toMatchObject({ code: 'initial_access_tokens.quarantined' });
    await expect(house.discoveries.confirm(house.scope, ehr.id, 1)).rejects.toMatchObject({ code: 'ehrs.changed_meanwhile' });
    const confirmed = await house.discoveries.confirm(house.scope, ehr.id, moved.version);
    expect(confirmed).toMatchObject({
      status: 'ready',
      movedEndpoints: [],
      server: { endpoints: { token: 'https://evil.example/token' } },
    });
    expect(await house.discoveries.confirm(house.scope, ehr.id)).toMatchObject({ version: confirmed.version });
    expect(await house.discoveries.discover(house.scope, ehr.id)).toMatchObject({ status: 'ready' });
    const rows = await house.rows<{ action: string }>(`SELECT action FROM audit_events WHERE subject_id = $1 ORDER BY seq`, [ehr.id]);
    expect(rows.map((row) => row.action)).toEqual(['ehr.create', 'ehr.quarantine', 'ehr.confirm', 'ehr.discover']);
  });

  it('whose paths changed at the same origin are followed without asking', async () => {
    const server = await house.server();
    const ehr = await house.make(server);
    server.metadata = { ...server.metadata, registration_endpoint: `${server.issuer}/v2/register` };
    expect(await house.discoveries.discover(house.scope, ehr.id)).toMatchObject({
      status: 'ready',
      server: { id: ehr.server?.id, endpoints: { registration: `${server.issuer}/v2/register` } },
    });
  });

  it('that say the same as before change nothing but the time of the discovery', async () => {
    const ehr = await house.make(await house.server());
    const again = await house.discoveries.discover(house.scope, ehr.id);
    expect(again.server).toEqual(ehr.server);
    expect(again.discovery).toEqual(ehr.discovery);
  });

  it("that lie about another's server quarantine themselves and change nothing for the others there", async () => {
    const [server, liar] = [await house.server(), await house.server()];
    const honest = await house.make(server);
    liar.smart = { issuer: server.issuer, token_endpoint: `${liar.issuer}/token` };
    const lied = await house.make(liar);
    expect(lied.status).toBe('quarantined');
    expect(lied.server?.id).not.toBe(honest.server?.id);
    expect(await house.ehrs.get(house.scope, honest.id)).toEqual(honest);
  });

  it('with a registration endpoint elsewhere wait for a confirmation before a secret may go there (A-63)', async () => {
    const server = await house.server();
    server.metadata = { ...server.metadata, registration_endpoint: 'https://dev-1.okta.example/clients' };
    const ehr = await house.make(server);
    expect(ehr).toMatchObject({ status: 'ready', unapprovedOrigin: 'https://dev-1.okta.example' });
    const refused = house.tokens.create(house.scope, ehr.id, { value: Secret.of('iat') });
    await expect(refused).rejects.toMatchObject({ code: 'initial_access_tokens.origin_unconfirmed' });
    expect(await house.discoveries.confirm(house.scope, ehr.id)).not.toHaveProperty('unapprovedOrigin');
    const token = await house.tokens.create(house.scope, ehr.id, { value: Secret.of('iat') });
    expect(token.pinnedOrigin).toBe('https://dev-1.okta.example');
  });

  it('of a portal need no endpoint at all, and get their server all the same', async () => {
    const epic = { name: 'Epic', environment: 'production', registrationMode: 'portal', vendor: 'epic' } as const;
    const ehr = await house.ehrs.create(house.scope, epic);
    expect(ehr).toMatchObject({ status: 'manual_only', server: { identity: `ehr:${ehr.id}`, endpoints: {} } });
    const nowhere = house.ehrs.create(house.scope, { name: 'No address', environment: 'sandbox' });
    await expect(nowhere).rejects.toMatchObject({ code: 'ehrs.address_required' });
  });

  it.each([
    ['https://169.254.169.254/fhir', 'blocked_address'],
    ['https://10.0.0.1/fhir', 'blocked_address'],
    ['http://ehr.example/fhir', 'invalid_url'],
    ['https://user:pw@ehr.example/fhir', 'invalid_url'],
    ['https://ehr.example:6379/fhir', 'port_refused'],
    ['https://ehr.example/fhir?x=1', 'invalid_url'],
  ])('at %s are refused as %s before anything is sent (reliability.md 5)', async (fhirBaseUrl, code) => {
    const created = house.ehrs.create(house.scope, { name: 'EHR', environment: 'sandbox', fhirBaseUrl });
    await expect(created).rejects.toMatchObject({
      code: 'ehrs.address_refused',
      options: { errors: [{ pointer: '/fhir_base_url', code }] },
    });
  });

  it('are refused to a key of another environment, unknown to another workspace, and read-only for a bound key', async () => {
    const server = await house.server();
    const ehr = await house.make(server);
    const production = { ...house.scope, environment: 'production' as const };
    const mismatch = { code: 'access.environment_mismatch' };
    await expect(house.ehrs.get(production, ehr.id)).rejects.toMatchObject(mismatch);
    const created = house.ehrs.create(production, { name: 'X', environment: 'sandbox', fhirBaseUrl: server.base });
    await expect(created).rejects.toMatchObject(mismatch);
    await expect(house.ehrs.list(production, { environment: 'sandbox' }, { limit: 5 })).rejects.toMatchObject(mismatch);
    const listed = await house.ehrs.list(production, {}, { limit: 200 });
    expect(listed.items.every((item) => item.environment === 'production')).toBe(true);
    await expect(house.ehrs.get(await house.workspace(), ehr.id)).rejects.toMatchObject({ code: 'ehrs.not_found' });
    const tenant = await house.tenants.create(house.scope, { name: 'Bound' });
    const bound = { ...house.scope, tenantIds: [tenant.id] };
    await expect(house.ehrs.get(bound, ehr.id)).rejects.toMatchObject({ code: 'ehrs.not_found' });
    await house.connections.create(house.scope, { tenantId: tenant.id, ehrId: ehr.id });
    expect(await house.ehrs.get(bound, ehr.id)).toMatchObject({ id: ehr.id });
    await expect(house.ehrs.change(bound, ehr.id, { name: 'Mine' })).rejects.toMatchObject({ code: 'ehrs.bound_key' });
  });

  it('go with their connections and tokens; what a server has for its other EHRs passes on to them', async () => {
    const server = await house.server();
    const [one, two] = [await house.make(server), await house.make(server)];
    const token = await house.tokens.create(house.scope, one.id, { value: Secret.of('reusable') });
    await house.ehrs.remove(house.scope, one.id);
    await expect(house.ehrs.get(house.scope, one.id)).rejects.toMatchObject({ code: 'ehrs.not_found' });
    const left = await house.tokens.list(house.scope, two.id, { limit: 10 });
    expect(left.items).toMatchObject([{ id: token.id, ehrId: two.id }]);
    await house.ehrs.remove(house.scope, two.id);
    expect(await house.rows('SELECT 1 FROM secrets WHERE subject_id = $1', [token.id])).toEqual([]);
  });

  it('teach their server: what was learned counts for all of its EHRs, in one statement for many', async () => {
    const server = await house.server();
    const [one, two] = [await house.make(server), await house.make(server)];
    const serverId = one.server?.id ?? '';
    const lessons = [
      { authorizationServerId: serverId, quirks: { jwksMode: ['inline' as const], droppedMembers: ['tos_uri'] } },
      { authorizationServerId: serverId, quirks: { droppedMembers: ['logo_uri'] }, proofControl: 'invalid_client' },
    ];
    await house.database.transaction(house.scope, (tx) => learnOfServers(tx, lessons, house.clock.now()));
    const upstreams = await house.database.transaction(house.scope, (tx) => upstreamsFor(tx, [one.id, two.id, newId()]));
    expect([...upstreams.keys()].sort()).toEqual([one.id, two.id].sort());
    expect(upstreams.get(two.id)).toMatchObject({
      openid: true,
      registrationOrigin: server.issuer,
      registrationOriginApproved: true,
      server: {
        proofControl: 'invalid_client',
        quirks: { jwksMode: ['inline'], droppedMembers: expect.arrayContaining(['tos_uri', 'logo_uri']) as unknown },
      },
    });
  });
});
