import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { ManualClock } from '@registrar/clock';
import { createOutbound, type Outbound } from '@registrar/outbound';
import { Secret } from '@registrar/secret';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientAuthentication } from './client-authentication.js';
import { skewToSignWith, type TokenOutcome } from './token-endpoint-outcome.js';
import { requestToken, type TokenRequest } from './token-endpoint.js';
import { wrongCredential } from './token-probe-control.js';
import { judgeProbe, probeAuthentication } from './token-probe.js';

const NOW = new Date('2026-03-01T12:00:00Z');
const clock = new ManualClock(NOW);
const BASIC = `Basic ${Buffer.from('c%3A1:s3cret-value').toString('base64')}`;
const authentication: ClientAuthentication = { method: 'client_secret_basic', clientId: 'c:1', secret: Secret.of('s3cret-value') };
let outbound: Outbound;
let endpoint = '';
let reply: { status: number; headers?: Record<string, string>; body?: string | object } = { status: 200 };
let last: { headers: IncomingHttpHeaders; form: URLSearchParams } | undefined;

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    last = { headers: request.headers, form: new URLSearchParams(body) };
    response.sendDate = false;
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
    response.end(typeof reply.body === 'object' ? JSON.stringify(reply.body) : reply.body);
  });
});

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
  outbound = createOutbound({ allow: ['127.0.0.1/32'] });
});
afterAll(async () => {
  await outbound.close();
  server.closeAllConnections();
  server.close();
});

const call = () => ({ endpoint, authentication, deadlineMs: 5000, partition: 'ws:ten' });
const ask = (rest: Partial<TokenRequest> = {}) => requestToken(outbound, clock, { ...call(), ...rest });

describe('requestToken (RFC 6749 section 4.4, F-05)', () => {
  it('posts the form, the secret in the header alone', async () => {
    reply = { status: 200, body: { access_token: 'tok-en', token_type: 'bearer', expires_in: 300, scope: 'system/*.rs' } };
    const outcome = await ask({ scope: 'system/*.rs', resource: 'https://fhir.example/r4', extensions: { practice: '7' } });
    expect(outcome).toMatchObject({ kind: 'granted', expiresInMs: 300_000, scope: 'system/*.rs', tokenType: 'bearer' });
    expect(outcome.kind === 'granted' && outcome.accessToken.expose()).toBe('tok-en');
    expect(inspect(outcome)).not.toContain('tok-en');
    expect(Object.fromEntries(last?.form ?? [])).toEqual({
      grant_type: 'client_credentials',
      scope: 'system/*.rs',
      resource: 'https://fhir.example/r4',
      practice: '7',
    });
    expect(last?.headers).toMatchObject({ 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' });
    expect(last?.headers.authorization).toBe(BASIC);
  });

  it('K-66: takes an answer without scope, expiry or type', async () => {
    reply = { status: 200, body: { access_token: 't', expires_in: null } };
    const outcome = await ask();
    expect(outcome).toEqual({ kind: 'granted', accessToken: expect.any(Secret) as Secret, tokenType: 'Bearer' });
  });

  it.each([
    ['a lifetime as a text', { expires_in: '300' }, { expiresInMs: 300_000 }],
    ['a lifetime without end', { expires_in: 1e18 }, { expiresInMs: 366 * 86_400_000 }],
    ['a negative lifetime', { expires_in: -1 }, { kind: 'granted' }],
    ['a list of scopes', { scope: ['a', 'b'] }, { scope: 'a b' }],
  ])('reads %s', async (_what, members, expected) => {
    reply = { status: 200, body: { access_token: 't', token_type: 'Bearer', ...members } };
    expect(await ask()).toMatchObject(expected);
  });

  it.each([
    [
      'invalid_client',
      401,
      { error: 'invalid_client', error_description: 'no' },
      { error: 'invalid_client', description: 'no', status: 401 },
    ],
    ['an echo of the secret (K-55)', 400, { error: 'x', error_description: 'bad s3cret-value' }, { description: 'bad [redacted]' }],
    ['an echo of the header', 400, { error: 'x', error_description: `bad ${BASIC}` }, { description: 'bad Basic [redacted]' }],
    ['a page', 404, '<p>Not here</p>', { error: 'http_404', status: 404 }],
    ['a list', 400, [], { error: 'http_400' }],
  ])('is refused with %s', async (_what, status, body, expected) => {
    reply = { status, body };
    expect(await ask()).toMatchObject({ kind: 'refused', ...expected });
  });

  it.each([
    ['429', { status: 429, headers: { 'retry-after': '7' } }, { code: 'rate_limited', retryAfterMs: 7000 }],
    ['503', { status: 503, headers: { 'retry-after': '60' } }, { code: 'server_error', retryAfterMs: 60_000 }],
    ['500 with a code', { status: 500, body: { error: 'invalid_client' } }, { code: 'server_error' }],
    ['temporarily_unavailable', { status: 400, body: { error: 'temporarily_unavailable' } }, { code: 'server_error' }],
    ['a redirect', { status: 302, headers: { location: 'https://as.example/login' } }, { code: 'redirected' }],
    ['200 with a page', { status: 200, body: '<p>Hi</p>' }, { code: 'not_json' }],
    ['200 with a token twice', { status: 200, body: '{"access_token":"a","access_token":"b"}' }, { code: 'duplicate_member' }],
    ['200 without a token', { status: 200, body: {} }, { code: 'unreadable_answer' }],
    ['a token with CRLF', { status: 200, body: { access_token: 'a\r\nb' } }, { code: 'unreadable_answer' }],
    ['300 KiB', { status: 200, body: ' '.repeat(300 * 1024) }, { code: 'too_large' }],
  ])('is unavailable with %s', async (_what, said, expected) => {
    reply = said;
    expect(await ask()).toMatchObject({ kind: 'unavailable', ...expected });
  });

  it('refuses an extension that would change who asks for what', async () => {
    await expect(ask({ extensions: { client_id: 'other' } })).rejects.toThrow(TypeError);
  });

  it.each([
    ['six minutes ahead (K-65)', 'invalid_client', 'Sun, 01 Mar 2026 12:06:00 GMT', 360_000, 360_000],
    ['six minutes behind', 'invalid_client', 'Sun, 01 Mar 2026 11:54:00 GMT', -360_000, -360_000],
    ['close enough', 'invalid_client', 'Sun, 01 Mar 2026 12:00:20 GMT', 20_000, undefined],
    ['beyond belief', 'invalid_client', 'Sun, 01 Mar 2027 12:00:00 GMT', 365 * 86_400_000, undefined],
    ['another error', 'invalid_scope', 'Sun, 01 Mar 2026 12:06:00 GMT', 360_000, undefined],
    ['no date', 'invalid_client', '', undefined, undefined],
  ])('A-82: a server that is %s', async (_what, error, date, skew, resign) => {
    reply = { status: 401, headers: date === '' ? {} : { date }, body: { error } };
    const outcome = await ask();
    expect(outcome.kind === 'refused' && outcome.dateSkewMs).toBe(skew);
    expect(skewToSignWith(outcome)).toBe(resign);
  });
});

describe('the probe of a client without client_credentials (H-50)', () => {
  const no = (error: string): TokenOutcome => ({ kind: 'refused', error, status: 400 });
  const granted: TokenOutcome = { kind: 'granted', accessToken: Secret.of('t'), tokenType: 'Bearer' };
  const away: TokenOutcome = { kind: 'unavailable', code: 'timeout' };

  it.each([
    ['invalid_grant, and the control invalid_client', no('invalid_grant'), no('invalid_client'), 'client_authentication'],
    ['invalid_grant to both', no('invalid_grant'), no('invalid_grant'), 'inconclusive'],
    ['invalid_grant, the control granted', no('invalid_grant'), granted, 'inconclusive'],
    ['invalid_grant, the control not answered', no('invalid_grant'), away, 'unavailable'],
    ['invalid_request', no('invalid_request'), no('invalid_client'), 'inconclusive'],
    ['invalid_client', no('invalid_client'), no('invalid_client'), 'refused'],
    ['unauthorized_client', no('unauthorized_client'), no('invalid_client'), 'refused'],
    ['a token for a made-up code', granted, no('invalid_client'), 'inconclusive'],
    ['no answer', away, no('invalid_client'), 'unavailable'],
  ] as const)('%s', (_what, probe, control, verdict) => {
    expect(judgeProbe(probe, control)).toBe(verdict);
  });

  it('asks once, under its own name, with a code that is different each time', async () => {
    reply = { status: 400, body: { error: 'invalid_grant' } };
    const codes = new Set<string | null>();
    for (let round = 0; round < 2; round++) {
      const probe = { ...call(), redirectUri: 'https://app.example/cb', userAgent: 'Registrar/1 (verification)' };
      expect(await probeAuthentication(outbound, clock, probe)).toMatchObject({ kind: 'refused', error: 'invalid_grant' });
      expect(last?.headers['user-agent']).toBe('Registrar/1 (verification)');
      expect(last?.form.get('grant_type')).toBe('authorization_code');
      expect(last?.form.get('redirect_uri')).toBe('https://app.example/cb');
      expect(last?.form.get('code_verifier')).toHaveLength(43);
      codes.add(last?.form.get('code') ?? null);
    }
    expect(codes.size).toBe(2);
  });

  it('makes a wrong credential of each kind', async () => {
    const control = await wrongCredential(authentication);
    expect(control).toMatchObject({ method: 'client_secret_basic', clientId: 'c:1' });
    expect(control.method === 'client_secret_basic' && control.secret.expose()).not.toBe('s3cret-value');
    expect((await wrongCredential({ method: 'none', clientId: 'c' })).clientId).not.toBe('c');
    const keyed: ClientAuthentication = { method: 'private_key_jwt', clientId: 'c', assertion: Secret.of('right') };
    const signed = await wrongCredential(keyed, { audience: 'https://as.example/token', alg: 'ES384', kid: 'k', now: NOW });
    expect(signed.method === 'private_key_jwt' && signed.assertion.expose().split('.')).toHaveLength(3);
    await expect(wrongCredential(keyed)).rejects.toThrow(TypeError);
  });
});
