import { ManualClock } from '@registrar/clock';
import { createOutbound, type Outbound } from '@registrar/outbound';
import { Secret } from '@registrar/secret';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { managedServer, type ManagedServer } from './managed-server.spec.js';
import { revokeToken } from './revocation-endpoint.js';

const clock = new ManualClock(new Date('2026-03-01T12:00:00Z'));
let outbound: Outbound;
let server: ManagedServer;

beforeAll(async () => {
  outbound = createOutbound({ allow: ['127.0.0.1/32'] });
  server = await managedServer();
});
afterAll(async () => {
  await outbound.close();
  await server.close();
});

const revoke = () =>
  revokeToken(outbound, clock, {
    endpoint: server.registrationEndpoint.replace('/register', '/revoke'),
    authentication: { method: 'client_secret_post', clientId: 'c-1', secret: Secret.of('the-secret') },
    token: Secret.of('the-token'),
    hint: 'refresh_token',
    deadlineMs: 5000,
    partition: 'ws:ten',
  });

describe('revoking a token (RFC 7009, A-83)', () => {
  it('posts a form with the token, the hint and the proof', async () => {
    server.answer = { status: 200 };
    server.asked.length = 0;
    expect(await revoke()).toEqual({ kind: 'revoked' });
    expect(server.asked).toMatchObject([{ method: 'POST', path: '/revoke' }]);
    expect(Object.fromEntries(new URLSearchParams(server.asked[0]?.body))).toEqual({
      token: 'the-token',
      token_type_hint: 'refresh_token',
      client_id: 'c-1',
      client_secret: 'the-secret',
    });
  });

  it.each([
    ['204', { status: 204 }, { kind: 'revoked' }],
    ['503', { status: 503, headers: { 'retry-after': '7' } }, { kind: 'unavailable', code: 'server_error', retryAfterMs: 7000 }],
    ['429', { status: 429 }, { kind: 'unavailable', code: 'rate_limited' }],
    ['another type of token', { status: 400, body: { error: 'unsupported_token_type' } }, { kind: 'unsupported', status: 400 }],
    ['404', { status: 404, body: '<p>', headers: { 'content-type': 'text/html' } }, { kind: 'unsupported', status: 404 }],
    ['405', { status: 405 }, { kind: 'unsupported', status: 405 }],
    ['invalid_client', { status: 401, body: { error: 'invalid_client' } }, { kind: 'refused', error: 'invalid_client', status: 401 }],
    ['a redirect', { status: 302, headers: { location: 'https://evil.example/' } }, { kind: 'refused', error: 'http_302', status: 302 }],
    [
      'K-55 it repeats what it was sent',
      { status: 400, body: { error: 'x', error_description: 'the-token of the-secret' } },
      { kind: 'refused', error: 'x', status: 400, description: '[redacted] of [redacted]' },
    ],
  ])('%s', async (_what, answer, outcome) => {
    server.answer = answer;
    expect(await revoke()).toEqual(outcome);
  });

  it('without an answer it is not known, and may be asked again', async () => {
    server.answer = { status: 200, body: 'x'.repeat(100), cutAfter: 1 };
    expect(await revoke()).toEqual({ kind: 'revoked' });
    const gone = { endpoint: 'https://169.254.169.254/revoke', deadlineMs: 500, partition: 'ws:ten' };
    const request = { ...gone, authentication: { method: 'none', clientId: 'c-1' }, token: Secret.of('the-token') } as const;
    expect(await revokeToken(outbound, clock, request)).toEqual({ kind: 'unavailable', code: 'blocked_address' });
  });
});
