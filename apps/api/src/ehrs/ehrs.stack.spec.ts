import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fhirServer, type FhirServer } from '../../../../test/support/fhir-server.js';
import { startStack, type Answer, type Stack } from '../../../../test/support/index.js';

interface SandboxServer {
  vendor: string;
  hospital?: string;
  issuer: string;
  fhir_base_url: string;
  initial_access_token?: string;
}
interface Shown {
  id: string;
  status: string;
  discovery: {
    documents: { kind: string; found: boolean; problem?: string }[];
    problems: { id: string; consequence: string; mends: string }[];
  };
  authorization_server: { id: string; endpoints: Record<string, string>; approved_origins: string[] } | null;
  capabilities: Record<string, unknown> | null;
}

let stack: Stack;
let servers: SandboxServer[];
let fhir: FhirServer;
beforeAll(async () => {
  [stack, fhir] = await Promise.all([startStack({ workers: 0, sandboxEnv: { SANDBOX_HOSPITALS: '2' } }), fhirServer()]);
  servers = await stack.sandbox.servers();
});
afterAll(async () => {
  await fhir.close();
  await stack.stop();
});

const create = (body: object): Promise<Answer<Shown>> =>
  stack.call('POST', '/v1/ehrs', { body: { name: 'EHR', environment: 'sandbox', ...body } });
const at = (vendor: string, hospital?: string): SandboxServer => {
  const found = servers.find((server) => server.vendor === vendor && (hospital === undefined || server.hospital === hospital));
  if (!found) throw new Error(`The sandbox has no ${vendor}`);
  return found;
};
async function keyFor(bindings: object): Promise<string> {
  const made = await stack.call<{ key: string }>('POST', '/v1/api-keys', {
    body: { name: 'bound', role: 'customer_success', ...bindings },
  });
  return made.body.key;
}

describe('POST /v1/ehrs (A-60 to A-68)', () => {
  it('discovers at once and shows what was found where, what it can do, and its quirks', async () => {
    const meadow = at('meadow', 'h01');
    const { status, headers, body } = await create({ vendor: 'meadow', fhir_base_url: meadow.fhir_base_url });
    expect(status).toBe(201);
    expect(headers.get('etag')).toBe('"1"');
    expect(body).toMatchObject({
      status: 'ready',
      environment: 'sandbox',
      issuer: meadow.issuer,
      tenant_id: null,
      registration_mode: 'auto',
      client_scope: 'registration',
      capabilities: { dynamic_registration: true },
      quirks: { registration: 'dynamic' },
      authorization_server: { issuer: meadow.issuer, issuer_confirmed: true, approved_origins: [new URL(meadow.issuer).origin] },
    });
    expect(body.discovery.documents.filter((document) => document.found).map((document) => document.kind)).toEqual(
      expect.arrayContaining(['smart-configuration', 'openid-configuration']),
    );
    expect(await stack.call('GET', `/v1/ehrs/${body.id}`)).toMatchObject({ status: 200, body });
  });

  it('lets EHRs of one issuer share their authorization server, and only those of one environment', async () => {
    const lagoon = at('lagoon');
    const [one, two] = [await create({ fhir_base_url: lagoon.fhir_base_url }), await create({ issuer: lagoon.issuer })];
    const three = await create({ issuer: lagoon.issuer, environment: 'production' });
    expect(two.body.authorization_server?.id).toBe(one.body.authorization_server?.id);
    expect(three.body.authorization_server?.id).not.toBe(one.body.authorization_server?.id);
    const gates = await stack.query('SELECT DISTINCT budget FROM upstream_gates ORDER BY 1');
    expect(gates).toEqual([{ budget: 'registration' }, { budget: 'token' }]);
  });

  it.each([
    ['a web page', { status: 200, body: '<!doctype html><html></html>' }, 'manual_only', 'discovery.html_instead_of_json'],
    ['nothing', { status: 503, body: '' }, 'unreachable', 'discovery.server_unreachable'],
    ['more than 1 MiB', { status: 200, body: `{"a":"${'x'.repeat(2 * 1024 * 1024)}"}` }, 'unreachable', 'discovery.document_too_large'],
  ])('an EHR that answers %s is stored with a status and a problem that say so', async (_what, answer, status, id) => {
    fhir.answer = answer;
    const created = await create({ fhir_base_url: fhir.base });
    fhir.answer = undefined;
    expect(created).toMatchObject({ status: 201, body: { status } });
    const problem = created.body.discovery.problems.find((one) => one.id === id);
    expect(problem?.consequence).toMatch(/\w/);
    expect(problem?.mends).toMatch(/\w/);
  });

  it.each(['https://other.example/fhir', 'http://169.254.169.254/latest/meta-data'])(
    'a redirect to %s is not followed',
    async (location) => {
      fhir.answer = { status: 302, body: '', headers: { location } };
      const created = await create({ fhir_base_url: fhir.base });
      fhir.answer = undefined;
      expect(created.status).toBe(201);
      expect(created.body.status).toBe('unreachable');
      expect(created.body.discovery.documents.map((document) => document.problem)).toContain('redirected');
      expect(JSON.stringify(created.body)).not.toContain('169.254');
    },
  );

  it.each([
    ['https://169.254.169.254/fhir', 'blocked_address'],
    ['http://ehr.example/fhir', 'invalid_url'],
    ['https://user:secret@ehr.example/fhir', 'invalid_url'],
    ['javascript:alert(1)', 'invalid_url'],
  ])('the address %s is refused before anything is sent', async (fhir_base_url, code) => {
    expect(await create({ fhir_base_url })).toMatchObject({
      status: 422,
      body: { code: 'ehrs.address_refused', errors: [{ pointer: '/fhir_base_url', code }] },
    });
  });

  it('refuses unknown members, wrong types and no address at all', async () => {
    expect(await create({ fhir_url: 'x' })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/fhir_url', code: 'unknown_member' }] },
    });
    expect(await create({ issuer: 7 })).toMatchObject({ status: 400, body: { errors: [{ pointer: '/issuer' }] } });
    expect(await create({ environment: 'prod' })).toMatchObject({ status: 400 });
    expect(await create({})).toMatchObject({ status: 422, body: { code: 'ehrs.address_required' } });
    const foreign = await create({ issuer: at('lagoon').issuer, tenant_id: 'ten_00000000000000000000000000' });
    expect(foreign).toMatchObject({ status: 404, body: { code: 'ehrs.tenant_not_found' } });
  });
});

describe('an EHR', () => {
  it('whose token endpoint moves to another origin is quarantined until a person confirms (A-66)', async () => {
    const { body: ehr } = await create({ fhir_base_url: fhir.base });
    const before = fhir.metadata;
    fhir.metadata = { ...before, token_endpoint: 'https://elsewhere.example/token' };
    const moved = await stack.call<Shown>('POST', `/v1/ehrs/${ehr.id}/discover`);
    expect(moved).toMatchObject({
      status: 200,
      body: {
        status: 'quarantined',
        discovery: { moved_endpoints: ['token'] },
        authorization_server: { endpoints: { token: `${fhir.issuer}/token` } },
      },
    });
    const stale = await stack.call('POST', `/v1/ehrs/${ehr.id}/confirm`, { headers: { 'if-match': '"1"' } });
    expect(stale).toMatchObject({ status: 412, body: { code: 'ehrs.changed_meanwhile' } });
    const seen = { 'if-match': moved.headers.get('etag') ?? '' };
    expect(await stack.call('POST', `/v1/ehrs/${ehr.id}/confirm`, { headers: seen })).toMatchObject({
      status: 200,
      body: { status: 'ready', authorization_server: { endpoints: { token: 'https://elsewhere.example/token' } } },
    });
    fhir.metadata = before;
  });

  it('is changed by version; its environment, address and hospital stay', async () => {
    const { body: ehr } = await create({ issuer: at('summit', 'h01').issuer });
    const patch = (body: object, tag?: string) =>
      stack.call('PATCH', `/v1/ehrs/${ehr.id}`, { body, ...(tag === undefined ? {} : { headers: { 'if-match': tag } }) });
    expect(await patch({ environment: 'production' })).toMatchObject({
      status: 422,
      body: { code: 'ehrs.immutable', errors: [{ pointer: '/environment' }] },
    });
    const changed = await patch({ name: 'Renamed', limits: { max_in_flight: 32 }, quirks: { assertion_audience: 'issuer' } }, '"1"');
    expect(changed).toMatchObject({
      status: 200,
      body: { name: 'Renamed', limits: { max_in_flight: 32 }, quirks: { assertion_audience: 'issuer' } },
    });
    expect(await patch({ name: 'Late' }, '"1"')).toMatchObject({ status: 412 });
    expect(await patch({ quirks: { colour: 'red' } })).toMatchObject({ status: 400, body: { errors: [{ pointer: '/quirks/colour' }] } });
  });

  it('takes initial access tokens whose values are never read back', async () => {
    const harbor = at('harbor', 'h01');
    const { body: ehr } = await create({ vendor: 'harbor', fhir_base_url: harbor.fhir_base_url });
    const value = harbor.initial_access_token ?? 'missing';
    const path = `/v1/ehrs/${ehr.id}/initial-access-tokens`;
    const made = await stack.call<{ id: string }>('POST', path, { body: { value, uses: 5 } });
    expect(made).toMatchObject({
      status: 201,
      body: { kind: 'static', uses: 5, used: 0, status: 'available', pinned_origin: new URL(harbor.issuer).origin },
    });
    const client = { client_id: 'dcr', client_secret: 'canary-parent-secret', scope: 'client.create' };
    expect(await stack.call('POST', path, { body: { client_credentials: client } })).toMatchObject({
      status: 201,
      body: { kind: 'client_credentials', client_credentials: { client_id: 'dcr', scope: 'client.create' } },
    });
    expect(await stack.call('POST', path, { body: { value, client_credentials: client } })).toMatchObject({ status: 400 });
    expect(await stack.call('POST', path, { body: {} })).toMatchObject({ status: 400 });
    const shown = JSON.stringify([made.body, (await stack.call('GET', path)).body, (await stack.call('GET', `/v1/ehrs/${ehr.id}`)).body]);
    const tables = ['initial_access_tokens', 'audit_events', 'events', 'idempotency_keys'];
    const stored = JSON.stringify(await Promise.all(tables.map((table) => stack.query(`SELECT * FROM ${table}`))));
    for (const secret of [value, 'canary-parent-secret']) {
      expect(shown).not.toContain(secret);
      expect(stored).not.toContain(secret);
      expect(stack.api.lines.join('\n')).not.toContain(secret);
    }
    expect(await stack.call('DELETE', `${path}/${made.body.id}`)).toMatchObject({ status: 204 });
    expect(await stack.call('DELETE', `${path}/${made.body.id}`)).toMatchObject({ status: 404 });
  });

  it('of another hospital, environment or workspace is not to be had', async () => {
    const [mary, john] = await Promise.all(
      ['Mary', 'John'].map(async (name) => (await stack.call<{ id: string }>('POST', '/v1/tenants', { body: { name } })).body.id),
    );
    const { body: ehr } = await create({ issuer: at('meadow', 'h02').issuer, tenant_id: mary });
    const wrong = await stack.call('POST', '/v1/connections', { body: { tenant_id: john, ehr_id: ehr.id } });
    expect(wrong).toMatchObject({ status: 422, body: { code: 'ehrs.another_hospital' } });
    const production = await keyFor({ environment: 'production' });
    expect(await stack.call('GET', `/v1/ehrs/${ehr.id}`, { key: production })).toMatchObject({
      status: 403,
      body: { code: 'access.environment_mismatch' },
    });
    const mismatch = await stack.call('POST', '/v1/connections', { key: production, body: { tenant_id: mary, ehr_id: ehr.id } });
    expect(mismatch).toMatchObject({ status: 403, body: { code: 'access.environment_mismatch' } });
    const johns = await keyFor({ tenant_ids: [john] });
    expect(await stack.call('GET', `/v1/ehrs/${ehr.id}`, { key: johns })).toMatchObject({ status: 404, body: { code: 'ehrs.not_found' } });
    const elsewhere = await stack.call<{ owner_key: string }>('POST', '/v1/workspaces', { body: { name: 'Other' } });
    const key = elsewhere.body.owner_key;
    expect(await stack.call('GET', `/v1/ehrs/${ehr.id}`, { key })).toMatchObject({ status: 404, body: { code: 'ehrs.not_found' } });
    expect(await stack.call('GET', '/v1/ehrs', { key })).toMatchObject({ status: 200, body: { data: [], next_cursor: null } });
  });

  it('that never had a registration can be removed', async () => {
    const { body: ehr } = await create({ issuer: at('summit', 'h02').issuer });
    expect(await stack.call('DELETE', `/v1/ehrs/${ehr.id}`)).toMatchObject({ status: 204 });
    expect(await stack.call('GET', `/v1/ehrs/${ehr.id}`)).toMatchObject({ status: 404 });
  });
});
