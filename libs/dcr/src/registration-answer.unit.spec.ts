import { inspect } from 'node:util';
import { Secret } from '@registrar/secret';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Exchange } from './exchange.js';
import { CASES, CLIENT, SECRET, SENT, type AnswerCase } from './registration-answer.cases.spec.js';
import { parseRegistration } from './registration-answer.js';

const context = {
  sent: SENT,
  endpoint: 'https://as.example/register',
  quirks: { successStatus: [201] },
  secrets: [Secret.of(SECRET)],
  now: new Date('2026-03-01T12:00:00Z'),
};

const exchangeOf = (rest: Partial<Exchange>): Exchange => ({
  kind: 'answered',
  method: 'POST',
  url: context.endpoint,
  sentAt: context.now,
  finishedAt: context.now,
  ...rest,
});

function answered({ status, headers, body }: Pick<AnswerCase, 'status' | 'headers' | 'body'>): Exchange {
  const json = typeof body === 'object' && !(body instanceof Uint8Array);
  return exchangeOf({
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: body instanceof Uint8Array ? body : Buffer.from(json ? JSON.stringify(body) : (body ?? '')),
  });
}

const parse = (body: unknown) => parseRegistration(answered({ status: 201, body: body as object }), context);

describe('parseRegistration', () => {
  it.each(CASES.map((each) => [each.what, each] as const))('%s', (_what, { kind, says, matches, ...answer }) => {
    const outcome = parseRegistration(answered(answer), context);
    expect(outcome).toMatchObject({ kind, ...matches });
    if (outcome.kind === 'accepted')
      expect(outcome.findings.map((finding) => finding.id)).toEqual(expect.arrayContaining([...(says ?? [])]));
    else expect('because' in outcome ? outcome.because : 'reason' in outcome && outcome.reason).toBe(says);
  });

  it('K-1: has nothing to say about an answer that conforms', () => {
    const outcome = parse({ ...CLIENT, registration_client_uri: 'https://as.example/register?client_id=c-1' });
    expect(outcome).toMatchObject({ kind: 'accepted', findings: [], client: { granted: SENT, secretExpiryUnknown: false } });
  });

  it('A-38: keeps a registration client URI byte for byte, and resolves a relative one', () => {
    const verbatim = 'HTTPS://as.example:443/register/../register?client_id=a%7eb';
    expect(parse({ ...CLIENT, registration_client_uri: verbatim })).toMatchObject({
      client: { registrationClientUri: verbatim, registrationClientUriUsable: true },
    });
    expect(parse(CLIENT)).toMatchObject({ client: { registrationClientUri: 'https://as.example/register/c-1' } });
  });

  it('A-42 U30: keeps an opaque client_id and a secret byte for byte', () => {
    const client_id = 'https://a b/ü:😀';
    const client_secret = ` "\\😀${'x'.repeat(4000)}`;
    const outcome = parse({ ...CLIENT, client_id, client_secret });
    expect(outcome).toMatchObject({ client: { clientId: client_id } });
    expect(outcome.kind === 'accepted' && outcome.client.clientSecret?.expose()).toBe(client_secret);
  });

  it('no secret is to be seen in an outcome, even where the server repeats them in the metadata', () => {
    const outcome = parse({
      ...CLIENT,
      client_name: `Acme ${SECRET} ${CLIENT.client_secret}`,
      contacts: [CLIENT.registration_access_token],
    });
    const seen = inspect(outcome, { depth: 9 }) + JSON.stringify(outcome);
    for (const secret of [SECRET, CLIENT.client_secret, CLIENT.registration_access_token]) expect(seen).not.toContain(secret);
    expect(outcome).toMatchObject({ client: { granted: { client_name: 'Acme [redacted] [redacted]' } } });
  });

  it('A-09 A-36: keeps no private part of a key, no NUL and no lone surrogate', () => {
    const outcome = parse({ ...CLIENT, client_name: 'a\0b\ud800', jwks: { keys: [{ kty: 'EC', kid: '1', x: 'x', d: 'private' }] } });
    expect(outcome).toMatchObject({
      client: { granted: { client_name: 'a\ufffdb\ufffd', jwks: { keys: [{ kty: 'EC', kid: '1', x: 'x' }] } } },
    });
    expect(JSON.stringify(outcome)).not.toContain('private');
  });

  it('A-11 A-19: keeps names in other languages, and says when the statement was not returned', () => {
    const sent = { ...SENT, software_statement: 'eyJ' };
    const outcome = parseRegistration(answered({ status: 201, body: { ...CLIENT, 'client_name#ja': 'アクメ' } }), { ...context, sent });
    expect(outcome).toMatchObject({ client: { granted: { 'client_name#ja': 'アクメ' } } });
    expect(outcome).toMatchObject({
      findings: expect.arrayContaining([expect.objectContaining({ id: 'statement.not_echoed' })]) as object,
    });
  });

  it.each([
    [
      'K-9 refused connection',
      { kind: 'not_sent', failure: 'connect_failed' },
      { kind: 'not_sent', code: 'connect_failed', retryable: true },
    ],
    ['K-9 certificate', { kind: 'not_sent', failure: 'tls_failed' }, { kind: 'not_sent', code: 'tls_failed', retryable: true }],
    ['K-53 blocked', { kind: 'not_sent', failure: 'blocked_address' }, { kind: 'not_sent', code: 'blocked_address', retryable: false }],
    ['K-8 time out after the send', { kind: 'lost', failure: 'timeout' }, { kind: 'unknown', because: 'timeout' }],
    [
      'U01 cut after 201',
      { kind: 'lost', failure: 'connection_lost', status: 201 },
      { kind: 'unknown', because: 'connection_lost', status: 201 },
    ],
    ['U05 U17 3 MB with 201', { kind: 'lost', failure: 'too_large', status: 201 }, { kind: 'unknown', because: 'too_large', status: 201 }],
    ['U14 1 MB with 400', { kind: 'lost', failure: 'too_large', status: 400 }, { kind: 'refused', reason: 'unclassified', status: 400 }],
    ['a cut 502', { kind: 'lost', failure: 'connection_lost', status: 502 }, { kind: 'unknown', because: 'server_error', status: 502 }],
    ['a redirect that was refused', { kind: 'lost', failure: 'redirected', status: 302 }, { kind: 'refused', reason: 'redirected' }],
  ] as const)('%s', (_what, rest, expected) => {
    expect(parseRegistration(exchangeOf(rest), context)).toMatchObject(expected);
  });

  it('A-30: takes another status where the server is known to mean it', () => {
    const quirks = { successStatus: [201, 202] };
    expect(parseRegistration(answered({ status: 202, body: CLIENT }), { ...context, quirks }).kind).toBe('accepted');
  });

  // Thousands of documents take their time on a busy machine.
  it('never throws, whatever the server answers', { timeout: 60_000 }, () => {
    const member = fc.constantFrom(...Object.keys(CLIENT), 'scopes', 'jwks', 'client_name#de', 'error', 'error_description');
    const document = fc
      .dictionary(member, fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.double()))
      .map((body) => Buffer.from(JSON.stringify(body)));
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 699 }),
        fc.oneof(fc.uint8Array(), document),
        fc.dictionary(
          fc.constantFrom('content-type', 'retry-after', 'date', 'location'),
          fc.oneof(fc.string(), fc.constant('application/json')),
        ),
        (status, body, headers) => {
          const outcome = parseRegistration(exchangeOf({ status, headers, body }), context);
          if (outcome.kind === 'accepted') expect(outcome.client.clientId).not.toBe('');
          // A client may exist after any of these: never a plain no (H-30).
          if ([408, 409, 425].includes(status) || status >= 500) expect(outcome.kind).toBe('unknown');
        },
      ),
      { numRuns: 2000 },
    );
  });
});
