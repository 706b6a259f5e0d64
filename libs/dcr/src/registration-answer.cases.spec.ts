// What servers answer to a registration, as bytes, and what becomes of it. Read by two specs: one parses, one lets a real
// server on loopback send the bytes.
import { expect } from 'vitest';
import type { ClientMetadata } from './client-metadata.js';
import type { RegistrationOutcome } from './registration-answer-outcome.js';

export const SECRET = 'iat-3f9a+/=secret';

export const SENT: ClientMetadata = {
  redirect_uris: ['https://app.example/cb'],
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: ['authorization_code'],
  response_types: ['code'],
  client_name: 'Acme',
  scope: 'launch openid',
  jwks_uri: 'https://registrar.example/jwks/jks_1',
  logo_uri: 'https://app.example/logo.png',
};

export const CLIENT = {
  client_id: 'c-1',
  client_secret: 's3cret-of-the-client',
  client_secret_expires_at: 0,
  registration_access_token: 'rat-of-the-client',
  registration_client_uri: '/register/c-1',
  ...SENT,
};

export interface AnswerCase {
  /** Requirement ids and what the server does. */
  readonly what: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: string | Uint8Array | object;
  readonly kind: RegistrationOutcome['kind'];
  /** `because` or `reason`, or ids of findings that must be there. */
  readonly says?: string | readonly string[];
  readonly matches?: object;
}

const without = (left: string) => Object.fromEntries(Object.entries(CLIENT).filter(([member]) => member !== left));
const html = { 'content-type': 'text/html' };
const accepted = (what: string, body: object, says: readonly string[], client: object = {}): AnswerCase => ({
  ...{ what, status: 201, body, kind: 'accepted', says },
  matches: { client },
});
const unknown = (what: string, status: number, says: string, rest: Partial<AnswerCase> = {}): AnswerCase => ({
  ...{ what, status, body: CLIENT, ...rest, kind: 'unknown', says, matches: { status } },
});
const refused = (what: string, status: number, says: string, rest: Partial<AnswerCase> = {}): AnswerCase => ({
  ...{ what, status, body: '', kind: 'refused', says },
  ...rest,
});
const BROKEN = '{"client_id":"c-1","client_secret":"s3c';
const DOUBLE = '{"client_id":"a","client_id":"b"}';
const PROTO = '{"client_id":"a","__proto__":{"client_id":"b"}}';
const HTML_WITH_SECRET = `<b>bad</b> Bearer ${SECRET}\r\n<script>alert(1)</script>${'x'.repeat(2000)}`;

export const CASES: readonly AnswerCase[] = [
  accepted('K-1 A-30 all as RFC 7591 has it', CLIENT, [], {
    clientId: 'c-1',
    clientSecretExpiresAt: 'never',
    registrationClientUriUsable: true,
  }),
  { ...accepted('K-2 U02 200', CLIENT, ['answer.status_200'], { clientId: 'c-1' }), status: 200 },
  accepted('K-27 nothing but a client_id', { client_id: 'c-1' }, ['secret.missing', 'management.missing'], { granted: {} }),
  accepted('U19 a byte order mark', { ...CLIENT }, [], { clientId: 'c-1' }),
  { ...accepted('U19 a byte order mark', {}, [], { clientId: 'c-1' }), body: `\ufeff${JSON.stringify(CLIENT)}` },
  { ...accepted('application/problem+json', CLIENT, []), headers: { 'content-type': 'application/x+json; charset=utf-8' } },
  // client secrets
  accepted('K-18 A-32 no expiry', without('client_secret_expires_at'), ['secret.expiry_missing'], { secretExpiryUnknown: true }),
  accepted('A-32 expiry null', { ...CLIENT, client_secret_expires_at: null }, ['secret.expiry_missing'], { secretExpiryUnknown: true }),
  accepted('K-19 U10 expiry as a string', { ...CLIENT, client_secret_expires_at: '1893456000' }, ['secret.expiry_form'], {
    clientSecretExpiresAt: new Date('2030-01-01T00:00:00Z'),
  }),
  accepted('K-19 expiry in milliseconds', { ...CLIENT, client_secret_expires_at: 1_893_456_000_000 }, ['secret.expiry_form'], {
    clientSecretExpiresAt: new Date('2030-01-01T00:00:00Z'),
  }),
  accepted('K-19 U10 expiry in the past', { ...CLIENT, client_secret_expires_at: 1_500_000_000 }, ['secret.expired'], {
    clientSecretExpiresAt: new Date('2017-07-14T02:40:00Z'),
  }),
  accepted('U10 expiry negative', { ...CLIENT, client_secret_expires_at: -1 }, ['secret.expiry_unreadable'], { secretExpiryUnknown: true }),
  accepted('U10 expiry 1e18', { ...CLIENT, client_secret_expires_at: 1e18 }, ['secret.expiry_unreadable'], { secretExpiryUnknown: true }),
  accepted('U10 expiry in words', { ...CLIENT, client_secret_expires_at: 'never' }, ['secret.expiry_unreadable'], {
    secretExpiryUnknown: true,
  }),
  accepted('U06 A-34 no secret although one is needed', without('client_secret'), ['secret.missing']),
  accepted('A-34 a secret that is a number', { ...CLIENT, client_secret: 5 }, ['secret.unusable']),
  accepted('K-20 A-33 a secret for private_key_jwt', { ...CLIENT, token_endpoint_auth_method: 'private_key_jwt' }, ['secret.unrequested']),
  // management
  accepted('K-29 relative URI', CLIENT, ['management.uri_relative'], { registrationClientUriUsable: true }),
  accepted('K-30 U08 another host', { ...CLIENT, registration_client_uri: 'https://evil.example/c-1' }, ['management.uri_foreign'], {
    registrationClientUri: 'https://evil.example/c-1',
    registrationClientUriUsable: false,
  }),
  accepted('K-30 U08 plain http', { ...CLIENT, registration_client_uri: 'http://10.0.0.5/c-1' }, ['management.uri_plain_http'], {
    registrationClientUriUsable: false,
  }),
  accepted('U08 user info', { ...CLIENT, registration_client_uri: '//u:p@10.0.0.5/c-1' }, ['management.uri_unusable'], {
    registrationClientUriUsable: false,
  }),
  accepted('K-31 A-37 U09 no token', without('registration_access_token'), ['management.incomplete']),
  accepted('K-31 A-37 no URI', without('registration_client_uri'), ['management.incomplete'], { registrationClientUriUsable: false }),
  accepted('U05 a token with CRLF', { ...CLIENT, registration_access_token: 'a\r\nx: y' }, ['management.token_unusable']),
  // forms
  accepted('A-36 one redirect URI as a text', { ...CLIENT, redirect_uris: 'https://app.example/cb' }, ['answer.member_form'], {
    granted: SENT,
  }),
  accepted('A-36 scope as a list', { ...CLIENT, scope: ['launch', 'openid'] }, ['answer.member_form'], { granted: SENT }),
  accepted('A-36 scopes for scope', { ...without('scope'), scopes: ['launch', 'openid'] }, ['answer.member_form'], { granted: SENT }),
  accepted('A-36 K-39 null for nothing', { ...CLIENT, grant_types: null }, []),
  accepted('A-36 redirect URIs that are none', { ...CLIENT, redirect_uris: [{ uri: 'x' }] }, ['answer.rights_unreadable']),
  accepted('A-36 endpoints in the body', { ...CLIENT, token_endpoint: 'http://localhost/t' }, ['answer.member_unknown'], { granted: SENT }),
  // nobody knows (H-30)
  unknown('K-3 U03 no body', 201, 'not_json', { body: '' }),
  unknown('K-3 U01 half a body', 201, 'not_json', { body: BROKEN }),
  unknown('U03 an empty object', 201, 'client_id_missing', { body: {} }),
  unknown('U03 a list', 201, 'not_an_object', { body: [CLIENT] }),
  unknown('K-4 A-30 202', 202, 'status_not_success'),
  unknown('A-30 204', 204, 'status_not_success', { body: '' }),
  unknown('A-30 207', 207, 'status_not_success'),
  unknown('K-7 a page', 200, 'not_json_content', { headers: html, body: '<p>Welcome</p>' }),
  unknown('U04 JSON that is labelled HTML', 201, 'not_json_content', { headers: html }),
  unknown('U05 client_id a number', 201, 'client_id_unusable', { body: { ...CLIENT, client_id: 7 } }),
  unknown('U05 client_id with CRLF', 201, 'client_id_unusable', { body: { ...CLIENT, client_id: 'a\r\nb' } }),
  unknown('U05 K-56 client_id of 3 KB', 201, 'client_id_unusable', { body: { ...CLIENT, client_id: 'x'.repeat(3000) } }),
  unknown('K-57 U19 client_id twice', 201, 'duplicate_member', { body: DOUBLE }),
  unknown('K-58 U19 __proto__', 201, 'proto_member', { body: PROTO }),
  unknown('U19 too deep', 201, 'too_deep', { body: '['.repeat(100_000) }),
  unknown('U19 UTF-16', 201, 'not_utf8', { body: Buffer.from('\ufeff{}', 'utf16le') }),
  unknown('A-52 408', 408, 'request_timeout'),
  unknown('A-52 409', 409, 'conflict', { body: { error: 'invalid_client_metadata' } }),
  unknown('425', 425, 'too_early'),
  unknown('K-10 500', 500, 'server_error'),
  unknown('K-10 502', 502, 'server_error', { headers: html, body: '<h1>Bad gateway</h1>' }),
  unknown('K-75 503 with Retry-After', 503, 'server_error', { headers: { 'retry-after': '5' } }),
  // a definite no
  refused('K-5 U11 302 to a login page', 302, 'redirected', { headers: { location: 'https://as.example/login' } }),
  refused('K-6 U11 307 to another origin', 307, 'redirected', { headers: { location: 'https://evil.example/' } }),
  refused('K-6 U11 308', 308, 'redirected', { headers: { location: 'http://169.254.169.254/' } }),
  refused('K-11 U12 429 in seconds', 429, 'rate_limited', { headers: { 'retry-after': '120' }, matches: { retryAfterMs: 120_000 } }),
  refused('K-11 U12 429 for ten years', 429, 'rate_limited', {
    headers: { 'retry-after': '315360000' },
    matches: { retryAfterMs: 86_400_000 },
  }),
  refused('U12 429 with a date', 429, 'rate_limited', {
    headers: { 'retry-after': 'Sun, 01 Mar 2026 12:02:00 GMT', date: 'Sun, 01 Mar 2026 12:00:00 GMT' },
    matches: { retryAfterMs: 120_000 },
  }),
  refused('U12 429 with nothing', 429, 'rate_limited', { matches: { retryAfterMs: 60_000 } }),
  refused('U12 429 with garbage', 429, 'rate_limited', { headers: { 'retry-after': '-1' }, matches: { retryAfterMs: 60_000 } }),
  refused('K-12 A-50 redirect URI', 400, 'invalid_redirect_uri', {
    body: { error: 'invalid_redirect_uri', error_description: 'no' },
    matches: { error: 'invalid_redirect_uri', description: 'no', member: 'redirect_uris' },
  }),
  refused('A-50 client metadata, jwks_uri named', 400, 'invalid_client_metadata', {
    body: { error: 'invalid_client_metadata', error_description: 'jwks_uri must be https' },
    matches: { member: 'jwks_uri' },
  }),
  refused('A-08 jwks named', 400, 'invalid_client_metadata', {
    body: { error: 'invalid_client_metadata', error_description: 'private_key_jwt requires the jwks parameter' },
    matches: { member: 'jwks' },
  }),
  refused('A-12 K-13 Keycloak names an unknown field', 400, 'unclassified', {
    body: { error: 'Unrecognized field "logo_uri" (class org.keycloak.OIDCClientRepresentation), "redirect_uris"' },
    matches: { member: 'logo_uri' },
  }),
  refused('A-12 a member in camel case', 400, 'invalid_client_metadata', {
    body: { error: 'invalid_client_metadata', error_description: 'jwksUri cannot be reached' },
    matches: { member: 'jwks_uri' },
  }),
  refused('A-50 statement', 400, 'software_statement', { body: { error: 'invalid_software_statement' } }),
  refused('A-50 statement not approved', 400, 'unapproved_software', { body: { error: 'unapproved_software_statement' } }),
  refused('A-51 Hydra', 400, 'unclassified', {
    body: { error: 'The request was malformed' },
    matches: { error: 'The request was malformed' },
  }),
  refused('A-51 text', 400, 'unclassified', {
    headers: { 'content-type': 'text/plain' },
    body: 'logo_uri is not supported',
    matches: { description: 'logo_uri is not supported', member: 'logo_uri' },
  }),
  refused('A-51 a page', 400, 'unclassified', { headers: html, body: '<p>no</p>' }),
  refused('A-51 nothing', 400, 'unclassified'),
  refused('a prototype name as error', 400, 'unclassified', { body: { error: 'constructor' } }),
  refused('K-15 U15 A-52 401', 401, 'needs_initial_access_token', { body: { error: 'invalid_token' } }),
  refused('A-52 invalid_token with 400', 400, 'needs_initial_access_token', { body: { error: 'invalid_token' } }),
  refused('K-16 403', 403, 'policy', {
    body: { error: 'insufficient_scope', error_description: "Policy 'Trusted Hosts' rejected request" },
  }),
  refused('K-17 A-52 404', 404, 'registration_disabled', { headers: html, body: '<p>Not found</p>' }),
  refused('A-52 405', 405, 'method'),
  refused('A-52 413', 413, 'too_large'),
  refused('A-52 415', 415, 'unclassified'),
  refused('A-52 422', 422, 'invalid_client_metadata', { body: { error: 'invalid_client_metadata' } }),
  refused('K-55 U14 a description with markup, CRLF and our credential', 400, 'invalid_client_metadata', {
    body: { error: 'invalid_client_metadata', error_description: HTML_WITH_SECRET },
    matches: { description: expect.stringMatching(/^bad Bearer \[redacted\] alert\(1\) x+…$/) as string },
  }),
];
