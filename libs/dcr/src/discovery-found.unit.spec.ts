import { createOutbound } from '@registrar/outbound';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { ehrServer, metadata, smart, type EhrServer, type Routes } from './ehr-server.spec.js';
import { discover, movedEndpoints, type Discovery, type DiscoveryInput } from './index.js';

const outbound = createOutbound({ allow: ['127.0.0.0/8'] });
const servers: EhrServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));
afterAll(() => outbound.close());

const SMART = '/fhir/.well-known/smart-configuration';
const OAUTH = '/.well-known/oauth-authorization-server';
const OPENID = '/.well-known/openid-configuration';

async function serve(routes: (url: string) => Routes): Promise<EhrServer> {
  const server = await ehrServer(routes);
  servers.push(server);
  return server;
}
function find(input: Partial<DiscoveryInput>): Promise<Discovery> {
  return discover(outbound, { allowLoopbackHttp: true, partition: 'ws:ten', ...input });
}
const ids = (discovery: Discovery): string[] => discovery.problems.map(({ id }) => id.replace('discovery.', ''));
const without = (document: Record<string, unknown>, ...members: string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(document).filter(([member]) => !members.includes(member)));

describe('where discovery looks (A-60, A-61)', () => {
  it('from a FHIR base: SMART and UDAP below it, then the issuer that SMART names; each place once', async () => {
    const server = await serve((url) => ({ [SMART]: smart(`${url}/as`), [`${OAUTH}/as`]: metadata(`${url}/as`) }));
    const found = await find({ fhirBaseUrl: `${server.url}/fhir/` });
    const issuer = `${server.url}/as`;
    expect(found).toMatchObject({ issuer, issuerConfirmed: true, status: 'ready', problems: [], origins: [server.url] });
    expect(found.endpoints).toEqual({
      token: `${issuer}/token`,
      registration: `${issuer}/register`,
      authorization: `${issuer}/authorize`,
      jwks: `${issuer}/jwks`,
    });
    expect(found.documents).toEqual([
      { kind: 'smart-configuration', url: `${server.url}${SMART}`, status: 200, found: true },
      { kind: 'oauth-authorization-server', url: `${server.url}${OAUTH}/as`, status: 200, found: true },
      { kind: 'openid-configuration', url: `${server.url}${OPENID}/as`, status: 404, found: false, problem: 'absent' },
      { kind: 'openid-configuration', url: `${issuer}${OPENID}`, status: 404, found: false, problem: 'absent' },
      { kind: 'udap', url: `${server.url}/fhir/.well-known/udap`, status: 404, found: false, problem: 'absent' },
    ]);
    expect(server.asked.toSorted()).toEqual([...new Set(server.asked)].toSorted());
  });

  it.each([
    ['RFC 8414, before the path', `${OAUTH}/as`],
    ['OpenID, before the path', `${OPENID}/as`],
    ['OpenID, behind the path', `/as${OPENID}`],
  ])('from an issuer with a path: %s', async (_, path) => {
    const server = await serve((url) => ({ [path]: metadata(`${url}/as`) }));
    const found = await find({ issuer: `${server.url}/as` });
    expect(found).toMatchObject({ issuerConfirmed: true, status: 'ready', problems: [] });
    expect(server.asked.toSorted()).toEqual([`${OAUTH}/as`, `${OPENID}/as`, `/as${OPENID}`].toSorted());
  });

  it('from an issuer without a path: two places, and never a guessed one', async () => {
    const server = await serve(() => ({ '/register': 'here' }));
    const found = await find({ issuer: server.url });
    expect(server.asked.toSorted()).toEqual([OAUTH, OPENID].toSorted());
    expect(found).toMatchObject({ status: 'manual_only', issuerConfirmed: false, endpoints: {} });
    expect(ids(found)).toEqual(['issuer_unconfirmed', 'token_endpoint_missing', 'registration_endpoint_missing']);
  });

  it('asks for JSON, in the partition, with 15 s and 1 MiB and two redirects', async () => {
    const seen: unknown[] = [];
    const spy = { ...outbound, check: (url: string) => outbound.check(url), isAllowedLoopback: () => true, close: () => Promise.resolve() };
    await discover(
      { ...spy, request: (request) => (seen.push(request), outbound.request(request)) },
      { issuer: 'http://127.0.0.1:1', allowLoopbackHttp: true, partition: 'ws:ten' },
    );
    const limits = { deadlineMs: 15_000, maxBytes: 1024 * 1024, followRedirects: 2, partition: 'ws:ten', method: 'GET' };
    expect(seen).toHaveLength(2);
    expect(seen[0]).toMatchObject({ ...limits, headers: { accept: 'application/json' } });
  });
});

describe('the issuer (A-62, T11, U25, K-51)', () => {
  it.each(['/', '/as/', '/AS', '/other'])('metadata of the issuer …%s is refused whole', async (path) => {
    const server = await serve((url) => ({ [`${OAUTH}/as`]: { ...metadata(`${url}/as`), issuer: `${url}${path}` } }));
    const found = await find({ issuer: `${server.url}/as` });
    expect(found).toMatchObject({ status: 'quarantined', issuerConfirmed: false, endpoints: {} });
    expect(ids(found)).toContain('issuer_mismatch');
    expect(found.problems[0]?.says).toContain(`${server.url}${path}`);
    expect(found.documents[0]).toMatchObject({ found: false, status: 200, problem: 'issuer_mismatch' });
  });

  it('metadata that names no issuer is refused', async () => {
    const server = await serve((url) => ({ [OPENID]: without(metadata(url), 'issuer') }));
    expect(ids(await find({ issuer: server.url }))).toContain('issuer_mismatch');
  });

  it('one place that answers for another issuer does no harm where another is right', async () => {
    const server = await serve((url) => ({ [`${OAUTH}/as`]: metadata(url), [`/as${OPENID}`]: metadata(`${url}/as`) }));
    const found = await find({ issuer: `${server.url}/as` });
    expect(found).toMatchObject({ status: 'ready', issuerConfirmed: true });
    expect(ids(found)).toEqual(['issuer_mismatch_ignored']);
  });

  it('an issuer that SMART names and that publishes nothing stays unconfirmed, which is no error', async () => {
    const server = await serve((url) => ({ [SMART]: smart(`${url}/as`) }));
    const found = await find({ fhirBaseUrl: `${server.url}/fhir` });
    expect(found).toMatchObject({ status: 'ready', issuerConfirmed: false, issuer: `${server.url}/as` });
    expect(ids(found)).toEqual(['issuer_unconfirmed']);
  });

  it.each(['token_endpoint', 'registration_endpoint', 'authorization_endpoint'])(
    'an issuer whose own %s is another is not confirmed, and nothing is registered',
    async (member) => {
      const server = await serve((url) => ({
        [SMART]: smart(url),
        [OPENID]: { ...metadata(url), [member]: `${url}/elsewhere` },
      }));
      const found = await find({ fhirBaseUrl: `${server.url}/fhir` });
      expect(found).toMatchObject({ status: 'quarantined', issuerConfirmed: false });
      expect(found.problems).toMatchObject([{ id: 'discovery.endpoints_contradict', severity: 'error' }]);
      expect(found.problems[0]?.says).toContain(member);
    },
  );

  it('SMART and the person who entered the issuer contradict each other', async () => {
    const server = await serve((url) => ({ [SMART]: smart(`${url}/other`), [OPENID]: metadata(url) }));
    const found = await find({ fhirBaseUrl: `${server.url}/fhir`, issuer: server.url });
    expect(found).toMatchObject({ status: 'quarantined', issuer: server.url, issuerConfirmed: false });
    expect(ids(found)).toContain('issuer_conflict');
  });

  it('no issuer at all', async () => {
    const server = await serve((url) => ({ [SMART]: without(smart(url), 'issuer') }));
    const found = await find({ fhirBaseUrl: `${server.url}/fhir` });
    expect(found).toMatchObject({ status: 'ready', issuerConfirmed: false });
    expect(found).not.toHaveProperty('issuer');
    expect(ids(found)).toEqual(['issuer_unknown']);
  });

  it.each(['as.example', 'https://as.example/?x=1', 'https://as.example/#x', 'urn:as', 'https://user:hunter2@as.example'])(
    '%s is no issuer; nobody is asked, and the words do not repeat it',
    async (issuer) => {
      const found = await find({ issuer });
      expect(found).toMatchObject({ status: 'unreachable', documents: [] });
      expect(ids(found)).toEqual(['issuer_invalid']);
      expect(JSON.stringify(found)).not.toContain('hunter2');
    },
  );
});

describe('endpoints that moved (A-66, K-52, U25)', () => {
  const pinned = { token: 'https://as.example/token', registration: 'https://as.example/register', jwks: 'https://as.example/jwks' };

  it('another origin is told, another path is not', () => {
    const found = { token: 'https://as.example/v2/token', registration: 'https://evil.example/register', jwks: 'http://as.example/jwks' };
    expect(movedEndpoints(pinned, found)).toEqual(['registration', 'jwks']);
    expect(movedEndpoints(pinned, { ...pinned, token: 'https://as.example:443/token' })).toEqual([]);
  });

  it('what is new or gone has not moved', () => {
    expect(movedEndpoints({ token: pinned.token }, { registration: 'https://evil.example/register' })).toEqual([]);
  });
});
