import { createOutbound } from '@registrar/outbound';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { ehrServer, metadata, smart, type EhrServer, type Routes } from './ehr-server.spec.js';
import { DISCOVERY_PROBLEMS } from './discovery-problems.js';
import { discover, type Discovery } from './index.js';

const outbound = createOutbound({ allow: ['127.0.0.0/8'] });
const servers: EhrServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));
afterAll(() => outbound.close());

const SMART = '/fhir/.well-known/smart-configuration';

async function serve(routes: (url: string) => Routes): Promise<EhrServer> {
  const server = await ehrServer(routes);
  servers.push(server);
  return server;
}
/** Discovers a FHIR server whose SMART configuration, issuer apart, is this one. */
async function findSmart(document: (url: string) => Routes[string], more: (url: string) => Routes = () => ({})): Promise<Discovery> {
  const server = await serve((url) => ({ [SMART]: document(url), ...more(url) }));
  return discover(outbound, { fhirBaseUrl: `${server.url}/fhir`, allowLoopbackHttp: true });
}
const bare = (url: string): Record<string, unknown> => ({ ...smart(url), issuer: undefined });
const ids = (discovery: Discovery): string[] =>
  discovery.problems.map(({ id }) => id.replace('discovery.', '')).filter((id) => id !== 'issuer_unknown');

describe('endpoints (A-63, A-64)', () => {
  it('relative ones are read against the FHIR base as the root', async () => {
    const found = await findSmart((url) => ({ ...bare(url), token_endpoint: 'auth/token', registration_endpoint: '/register?a=b' }));
    const [origin] = found.origins;
    expect(found.endpoints).toMatchObject({ token: `${origin}/fhir/auth/token`, registration: `${origin}/register?a=b` });
    expect(found.status).toBe('ready');
  });

  it('keeps every byte of an absolute one', async () => {
    const found = await findSmart((url) => ({ ...bare(url), token_endpoint: `${url.toUpperCase()}/a/../Token?x=%7e` }));
    expect(found.endpoints.token).toMatch(/^HTTP:.*\/a\/\.\.\/Token\?x=%7e$/);
  });

  it('a registration endpoint at an origin that nobody entered needs a person before a token goes there', async () => {
    const other = await serve(() => ({}));
    const found = await findSmart((url) => ({ ...bare(url), registration_endpoint: `${other.url}/register` }));
    expect(found.status).toBe('ready');
    expect(ids(found)).toEqual(['registration_on_other_origin', 'token_on_other_origin']);
    expect(found.problems.find(({ id }) => id.endsWith('registration_on_other_origin'))?.says).toContain(other.url);
    expect(found.origins).toHaveLength(2);
    expect(other.asked).toEqual([]);
  });

  it.each([
    'http://as.example/token',
    'https://10.0.0.5/token',
    'https://169.254.169.254/token',
    'https://user:pw@as.example/token',
    'https://as.example/token#x',
    'https://as.example:5432/token',
    'javascript:alert(1)',
    17,
    ['https://as.example/token'],
  ])('a token endpoint %j counts as absent', async (token) => {
    const found = await findSmart((url) => ({ ...bare(url), token_endpoint: token }));
    expect(found.endpoints).not.toHaveProperty('token');
    expect(ids(found)).toEqual(['endpoint_refused', 'token_endpoint_missing']);
    expect(found.status).toBe('manual_only');
  });

  it('no registration endpoint means a portal, and no address is guessed', async () => {
    const found = await findSmart((url) => ({ ...bare(url), registration_endpoint: undefined }));
    expect(found).toMatchObject({ status: 'manual_only', capabilities: { dynamicRegistration: false } });
    expect(ids(found)).toEqual(['registration_endpoint_missing']);
  });

  it('loopback over http is nothing where it is not allowed', async () => {
    const server = await serve((url) => ({ [SMART]: smart(url) }));
    const found = await discover(outbound, { fhirBaseUrl: `${server.url}/fhir`, allowLoopbackHttp: false });
    expect(found).toMatchObject({ status: 'unreachable', endpoints: {} });
    expect(ids(found)).toEqual(['server_unreachable', 'address_refused']);
    expect(server.asked).toEqual([]);
  });
});

describe('capabilities (A-67, A-68)', () => {
  it('what no database takes is replaced, wherever it stands (A-65, U19)', async () => {
    const found = await findSmart((url) => ({
      ...bare(url),
      registration_endpoint: `${url}/register\0`,
      scopes_supported: ['openid\0', '\ud800'],
      capabilities: ['client-\0'],
    }));
    expect(found.capabilities).toMatchObject({ scopes: ['openid\ufffd', '\ufffd'], smart: ['client-\ufffd'] });
    expect(JSON.stringify(found)).not.toMatch(/\\u0000|\\ud800/);
  });

  it('absent is unknown, empty is none', async () => {
    const found = await findSmart((url) => ({
      token_endpoint: `${url}/token`,
      registration_endpoint: `${url}/register`,
      scopes_supported: [],
      grant_types_supported: null,
      client_id_metadata_document_supported: true,
    }));
    expect(found.capabilities).toEqual({ scopes: [], cimd: true, udap: false, dynamicRegistration: true });
    expect(ids(found)).toEqual(['auth_methods_unknown']);
  });

  it('a member of the wrong type is unknown, and said', async () => {
    const found = await findSmart((url) => ({ ...bare(url), scopes_supported: 'openid', grant_types_supported: ['a', 1] }));
    expect(found.capabilities).not.toHaveProperty('scopes');
    expect(ids(found)).toEqual(['member_malformed', 'member_malformed']);
  });

  it('what SMART leaves out is filled from the issuer', async () => {
    const found = await findSmart(
      (url) => ({ ...smart(url), grant_types_supported: ['client_credentials'], response_types_supported: undefined }),
      (url) => ({ '/.well-known/openid-configuration': metadata(url) }),
    );
    expect(found.capabilities).toMatchObject({
      grantTypes: ['client_credentials'],
      responseTypes: ['code'],
      scopes: ['system/Patient.rs'],
    });
    expect(found.capabilities.smart).toEqual(['client-confidential-asymmetric']);
  });

  it.each([
    [['S256'], []],
    [undefined, ['pkce_unknown']],
    [[], ['pkce_missing']],
    [['plain'], ['pkce_missing', 'pkce_plain_offered']],
    [['S256', 'plain'], ['pkce_plain_offered']],
  ])('PKCE %j: %j', async (methods, expected) => {
    const found = await findSmart((url) => ({ ...bare(url), code_challenge_methods_supported: methods }));
    expect(ids(found)).toEqual(expected);
  });

  it.each([
    [{ udap_versions_supported: ['1'], registration_endpoint: 'https://evil.example/' }, true, ['udap_offered']],
    [{ udap_versions_supported: ['2'] }, false, []],
    ['<html>', false, []],
  ])('UDAP %j', async (document, udap, expected) => {
    const found = await findSmart(bare, () => ({ '/fhir/.well-known/udap': document }));
    expect(found.capabilities.udap).toBe(udap);
    expect(ids(found)).toEqual(expected);
    expect(found.origins).toHaveLength(1);
  });
});

describe('documents that are none (A-65, U17, U19, K-53, K-54)', () => {
  const HTML = '\ufeff\n  <!doctype html><title>Sign in</title>';
  it.each<[string, Routes[string], string, string, string]>([
    ['a web page', HTML, 'html', 'html_instead_of_json', 'manual_only'],
    ['half of it', '{"issuer": "x"', 'not_json', 'server_unreachable', 'unreachable'],
    ['nothing', '', 'not_json', 'server_unreachable', 'unreachable'],
    ['a list', '[]', 'not_object', 'server_unreachable', 'unreachable'],
    ['a member twice', '{"issuer":"a","issuer":"b"}', 'duplicate_member', 'server_unreachable', 'unreachable'],
    ['__proto__', '{"__proto__":{"token_endpoint":"x"}}', 'proto_member', 'server_unreachable', 'unreachable'],
    ['too deep', `${'{"a":'.repeat(20)}1${'}'.repeat(20)}`, 'too_deep', 'server_unreachable', 'unreachable'],
    ['a megabyte and more', `"${'x'.repeat(1024 * 1024)}"`, 'too_large', 'server_unreachable', 'unreachable'],
    ['500', (_, response) => response.writeHead(503).end('{}'), 'server_error', 'server_unreachable', 'unreachable'],
    ['401', (_, response) => response.writeHead(401).end('{}'), 'refused', 'server_unreachable', 'unreachable'],
    ['404', (_, response) => response.writeHead(404).end(HTML), 'absent', 'smart_configuration_absent', 'manual_only'],
    [
      'gzip',
      (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
      'unexpected_encoding',
      'server_unreachable',
      'unreachable',
    ],
    [
      'another host',
      (_, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
      'redirected',
      'server_unreachable',
      'unreachable',
    ],
    ['a cut connection', (request) => request.socket.destroy(), 'connection_lost', 'server_unreachable', 'unreachable'],
  ])('%s', async (_, route, problem, id, status) => {
    const found = await findSmart(() => route);
    expect(found.documents[0]).toMatchObject({ kind: 'smart-configuration', found: false, problem });
    expect(ids(found)[0]).toBe(id);
    expect(found).toMatchObject({ status, endpoints: {}, issuerConfirmed: false });
  });

  it('a byte order mark, a wrong content type and a redirect on the same origin do no harm', async () => {
    const found = await findSmart(
      () => (_, response) => response.writeHead(301, { location: '/moved' }).end(),
      (url) => ({
        '/moved': (_: unknown, response: { writeHead: (status: number, headers: object) => { end: (body: string) => void } }) => {
          response.writeHead(200, { 'content-type': 'text/html' }).end(`\ufeff${JSON.stringify(bare(url))}`);
        },
      }),
    );
    expect(found).toMatchObject({ status: 'ready' });
  });

  it('nobody at home', async () => {
    const server = await serve(() => ({}));
    await server.close();
    const found = await discover(outbound, { fhirBaseUrl: `${server.url}/fhir`, issuer: server.url, allowLoopbackHttp: true });
    expect(found).toMatchObject({ status: 'unreachable', capabilities: { dynamicRegistration: false } });
    expect(found.capabilities).not.toHaveProperty('udap');
    expect(ids(found)[0]).toBe('server_unreachable');
  });

  it.each([
    ['https://10.0.0.5/fhir', 'blocked_address', 'address_refused'],
    ['https://127.0.0.1:1/fhir', 'connect_failed', 'document_unreachable'],
    ['https://as.example:6379/fhir', 'port_refused', 'address_refused'],
  ])('%s is %s', async (fhirBaseUrl, problem, id) => {
    const found = await discover(outbound, { fhirBaseUrl, allowLoopbackHttp: true });
    expect(found.documents[0]?.problem).toBe(problem);
    expect(ids(found)).toEqual(['server_unreachable', id]);
    expect(found.status).toBe('unreachable');
  });

  it('a server that never answers ends with the deadline, and the others are heard', async () => {
    const server = await serve((url) => ({ [SMART]: smart(url), '/.well-known/openid-configuration': () => undefined }));
    const hasty = {
      ...outbound,
      check: (url: string) => outbound.check(url),
      isAllowedLoopback: () => true,
      close: () => Promise.resolve(),
    };
    const found = await discover(
      { ...hasty, request: (request) => outbound.request({ ...request, deadlineMs: 200 }) },
      { fhirBaseUrl: `${server.url}/fhir`, allowLoopbackHttp: true },
    );
    expect(found.status).toBe('ready');
    expect(ids(found)).toEqual(['document_unreachable', 'issuer_unconfirmed']);
  });
});

describe('the words', () => {
  it.each(Object.entries(DISCOVERY_PROBLEMS))('%s says what it is, what it means and who mends it', (id, entry) => {
    expect(id).toMatch(/^discovery\.[a-z_0-9]+$/);
    expect(entry.says).toMatch(/^[A-Z].*[^.]$/);
    expect(entry.consequence).toMatch(/^[A-Z].*\.$/);
  });

  it('a foreign word is cut and cannot forge a line', async () => {
    const found = await findSmart((url) => ({ ...smart(url), issuer: `${url}/\r\n${'x'.repeat(5_000)}` }));
    const says = found.problems.map((problem) => problem.says).join('');
    expect(says).not.toContain('\n');
    expect(says.length).toBeLessThan(3_000);
  });
});
