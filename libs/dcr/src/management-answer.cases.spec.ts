// What servers answer to a read, an update and a deletion, and what becomes of it (protocol.md K 32 to 46, reliability.md U20 to U24).
import { expect } from 'vitest';
import { CLIENT_ID, CLIENT_SECRET, RAT, SENT, type Answer } from './managed-server.spec.js';

export interface ManagementCase {
  readonly what: string;
  readonly ask: 'read' | 'update' | 'update with the secret' | 'delete';
  readonly answer: Answer;
  readonly expected: object;
  readonly findings?: readonly string[];
}

export const CLIENT = {
  client_id: CLIENT_ID,
  client_secret: CLIENT_SECRET,
  client_secret_expires_at: 0,
  registration_access_token: RAT,
  ...SENT,
};
const BARE = { client_id: CLIENT_ID, ...SENT };
const html = { 'content-type': 'text/html' };
const UNSAID: unknown = expect.not.objectContaining({ clientSecretExpiresAt: expect.anything() as unknown });
const same = { rat: false, secret: false };
const one = (
  what: string,
  ask: ManagementCase['ask'],
  status: number,
  body: string | object,
  expected: object,
  rest: Partial<ManagementCase> & { headers?: Answer['headers']; cutAfter?: number } = {},
): ManagementCase => ({
  what,
  ask,
  answer: {
    status,
    body,
    ...(rest.headers ? { headers: rest.headers } : {}),
    ...(rest.cutAfter === undefined ? {} : { cutAfter: rest.cutAfter }),
  },
  expected,
  ...(rest.findings ? { findings: rest.findings } : {}),
});
const refused = (reason: string, status: number, rest: object = {}) => ({ kind: 'refused', reason, status, ...rest });
const unknown = (because: string, rest: object = {}) => ({ kind: 'unknown', because, ...rest });

export const CASES: readonly ManagementCase[] = [
  // accepted
  one('B-02 all as before', 'read', 200, CLIENT, { kind: 'accepted', rotated: same, client: { clientId: CLIENT_ID, granted: SENT } }),
  one(
    'K-32 U21 a read rotates both (Curity)',
    'read',
    200,
    { ...CLIENT, client_secret: 'new-secret', registration_access_token: 'new-rat' },
    {
      kind: 'accepted',
      rotated: { rat: true, secret: true },
    },
  ),
  one(
    'B-12 an update rotates the token',
    'update',
    200,
    { ...CLIENT, registration_access_token: 'new-rat' },
    {
      kind: 'accepted',
      rotated: { rat: true, secret: false },
    },
  ),
  one(
    'H-03 an update rotates the secret, with its expiry',
    'update with the secret',
    200,
    {
      ...CLIENT,
      client_secret: 'new-secret',
      client_secret_expires_at: 1_893_456_000,
    },
    { kind: 'accepted', rotated: { rat: false, secret: true }, client: { clientSecretExpiresAt: new Date('2030-01-01T00:00:00Z') } },
  ),
  one(
    'B-08 K-39 no URI, no token, null lists (Hydra)',
    'update',
    200,
    { ...BARE, grant_types: null, contacts: null },
    {
      kind: 'accepted',
      rotated: same,
      client: { registrationClientUriUsable: true, granted: { client_name: 'Acme' } },
    },
  ),
  one(
    'B-08 null for token, URI and secret',
    'update',
    200,
    {
      ...BARE,
      registration_access_token: null,
      registration_client_uri: null,
      client_secret: null,
    },
    { kind: 'accepted', rotated: same, client: { registrationClientUriUsable: true } },
  ),
  one(
    'H-08 an expiry without the secret',
    'read',
    200,
    { ...BARE, client_secret_expires_at: 1_893_456_000 },
    {
      kind: 'accepted',
      rotated: same,
      client: { clientSecretExpiresAt: new Date('2030-01-01T00:00:00Z'), secretExpiryUnknown: false },
    },
  ),
  one(
    'H-08 the same secret with another expiry',
    'read',
    200,
    { ...CLIENT, client_secret_expires_at: 1_893_456_000 },
    { kind: 'accepted', rotated: same, client: { clientSecretExpiresAt: new Date('2030-01-01T00:00:00Z') } },
  ),
  one(
    'H-08 the same secret, and it never expires',
    'update with the secret',
    200,
    { ...CLIENT, client_secret_expires_at: 0 },
    { kind: 'accepted', rotated: same, client: { clientSecretExpiresAt: 'never' } },
  ),
  one(
    'H-08 the same secret, and no word of its end',
    'read',
    200,
    { ...CLIENT, client_secret_expires_at: null },
    { kind: 'accepted', rotated: same, client: UNSAID },
  ),
  one(
    'H-08 no secret, and no end of any',
    'read',
    200,
    { ...BARE, client_secret_expires_at: 0 },
    { kind: 'accepted', rotated: same, client: UNSAID },
  ),
  one(
    'H-07 a token that lives for a year (Curity)',
    'read',
    200,
    { ...CLIENT, registration_access_token_expires_in: 31_536_000 },
    {
      kind: 'accepted',
      client: { registrationAccessTokenExpiresAt: new Date('2027-03-01T12:00:00Z') },
    },
  ),
  one(
    'T7 K-30 the URI moves to another host, with a token',
    'update',
    200,
    { ...CLIENT, registration_client_uri: 'https://evil.example/c-1' },
    {
      kind: 'accepted',
      client: { registrationClientUri: 'https://evil.example/c-1', registrationClientUriUsable: false },
    },
    { findings: ['management.uri_foreign', 'management.uri_changed'] },
  ),
  one(
    'B-01 another URI without a token: the held one stays with its own',
    'update',
    200,
    { ...BARE, registration_client_uri: '/register/other' },
    {
      kind: 'accepted',
      client: { registrationClientUriUsable: true },
    },
    { findings: ['management.uri_without_token'] },
  ),
  one(
    'an answer that does not name the client',
    'update',
    200,
    { ...CLIENT, client_id: null, registration_access_token: 'new-rat' },
    {
      kind: 'accepted',
      rotated: { rat: true, secret: false },
      client: { clientId: CLIENT_ID },
    },
    { findings: ['answer.client_id_missing'] },
  ),
  one('B-15 a strong ETag', 'read', 200, CLIENT, { kind: 'accepted', etag: '"v7"' }, { headers: { etag: '"v7"' } }),
  // another client (U22)
  one(
    'U22 another client_id',
    'update',
    200,
    { ...CLIENT, client_id: 'c-2', registration_access_token: 'of-another' },
    {
      kind: 'other_client',
      answeredClientId: 'c-2',
    },
  ),
  one('U22 another client_id to a read', 'read', 200, { ...CLIENT, client_id: 'C-1' }, { kind: 'other_client', answeredClientId: 'C-1' }),
  // nobody knows (B-13)
  one('K-33 K-34 U20 200, then cut', 'update', 200, CLIENT, unknown('connection_lost', { status: 200 }), { cutAfter: 20 }),
  one('U21 a read that is cut', 'read', 200, CLIENT, unknown('connection_lost', { status: 200 }), { cutAfter: 20 }),
  one('K-10 500', 'update', 500, {}, unknown('server_error', { status: 500 })),
  one('K-10 502 to a read', 'read', 502, '<h1>Bad gateway</h1>', unknown('server_error'), { headers: html }),
  one('503 with Retry-After', 'update', 503, {}, unknown('server_error'), { headers: { 'retry-after': '5' } }),
  one('408', 'update', 408, {}, unknown('request_timeout')),
  one('a page for a client', 'read', 200, '<p>Sign in</p>', unknown('not_json_content'), { headers: html }),
  one('half a body', 'update', 200, '{"client_id":"c-1","registration_acc', unknown('not_json')),
  one('an empty object', 'update', 200, {}, unknown('client_id_missing')),
  one('client_id a number', 'update', 200, { ...CLIENT, client_id: 1 }, unknown('client_id_unusable')),
  one('client_id twice', 'update', 200, '{"client_id":"c-1","client_id":"c-2"}', unknown('duplicate_member')),
  one('204 to an update', 'update', 204, '', unknown('status_not_success')),
  one('202 to an update', 'update', 202, CLIENT, unknown('status_not_success')),
  one('201 to a read', 'read', 201, CLIENT, unknown('status_not_success')),
  // a definite no
  one('B-09 K-40 K-41 401', 'read', 401, { error: 'invalid_token' }, refused('unauthorized', 401, { error: 'invalid_token' })),
  one('B-09 invalid_token with 400', 'update', 400, { error: 'invalid_token' }, refused('unauthorized', 400)),
  one('B-09 403', 'read', 403, { error: 'insufficient_scope' }, refused('forbidden', 403)),
  one('B-09 404', 'read', 404, '', refused('not_found', 404)),
  one('410', 'update', 410, '', refused('not_found', 410)),
  one('B-11 405 (Spring)', 'update', 405, '', refused('method_not_supported', 405)),
  one('501', 'update', 501, '', refused('method_not_supported', 501)),
  one('302 to a login page', 'read', 302, '', refused('other', 302), { headers: { location: 'https://evil.example/login' } }),
  one('U11 307 on an update', 'update', 307, '', refused('other', 307), { headers: { location: 'https://evil.example/' } }),
  one('K-11 429', 'update', 429, '', refused('rate_limited', 429, { retryAfterMs: 120_000 }), { headers: { 'retry-after': '120' } }),
  one('B-07 metadata', 'update', 400, { error: 'invalid_redirect_uri' }, refused('metadata_refused', 400, { member: 'redirect_uris' })),
  one(
    'A-12 an unknown field (WSO2, in plain text)',
    'update',
    400,
    'logo_uri is not supported',
    refused('metadata_refused', 400, { member: 'logo_uri' }),
    {
      headers: { 'content-type': 'text/plain' },
    },
  ),
  one(
    'K-35 Hydra',
    'update with the secret',
    403,
    {
      error: 'The requested action was forbidden',
      error_description: 'It is not allowed to choose your own OAuth2 Client secret.',
    },
    refused('secret_unwanted', 403),
  ),
  one('K-35 403 for another reason', 'update with the secret', 403, { error_description: 'blocked by policy' }, refused('forbidden', 403)),
  one(
    'K-36 IBM',
    'update',
    400,
    { error: 'invalid_client_metadata', error_description: 'client_secret is required.' },
    refused('secret_required', 400),
  ),
  one(
    'K-36 a method is no secret',
    'update',
    400,
    {
      error: 'invalid_client_metadata',
      error_description: 'client_secret_basic is not supported',
    },
    refused('metadata_refused', 400),
  ),
  one('409', 'update', 409, { error: 'conflict' }, refused('other', 409)),
  one('a refusal that is cut', 'update', 400, { error: 'invalid_client_metadata' }, refused('other', 400), { cutAfter: 3 }),
  one(
    'K-55 U14 it repeats the token',
    'update',
    400,
    { error: 'x', error_description: `bad ${RAT} <b>${CLIENT_SECRET}</b>` },
    refused('other', 400, {
      description: 'bad [redacted] [redacted]',
    }),
  ),
  // deletions
  one('K-44 204', 'delete', 204, '', { kind: 'deleted', confirmed: true, status: 204 }),
  one('K-44 200 (Glewlwyd)', 'delete', 200, '', { kind: 'deleted', confirmed: true, status: 200 }),
  one('K-44 202: accepted, not confirmed', 'delete', 202, '', { kind: 'deleted', confirmed: false, status: 202 }),
  one(
    '200 with a sign-in page confirms nothing',
    'delete',
    200,
    '<p>Sign in</p>',
    { kind: 'deleted', confirmed: false },
    { headers: html },
  ),
  one('204, cut', 'delete', 200, '{"ok":true}', { kind: 'deleted', confirmed: false, status: 200 }, { cutAfter: 3 }),
  one('K-44 404', 'delete', 404, '', { kind: 'already_gone', status: 404 }),
  one('K-44 410', 'delete', 410, '', { kind: 'already_gone', status: 410 }),
  one('B-09 K-46 401', 'delete', 401, { error: 'invalid_token' }, { kind: 'ambiguous', status: 401, error: 'invalid_token' }),
  one('K-45 U24 405', 'delete', 405, '', { kind: 'not_supported', status: 405 }),
  one('K-45 U24 501', 'delete', 501, '', { kind: 'not_supported', status: 501 }),
  one('B-09 403', 'delete', 403, '', refused('forbidden', 403)),
  one('429', 'delete', 429, '', refused('rate_limited', 429, { retryAfterMs: 60_000 })),
  one('K-46 500', 'delete', 500, '', unknown('server_error', { status: 500 })),
  one('206', 'delete', 206, '', unknown('status_not_success', { status: 206 })),
];
