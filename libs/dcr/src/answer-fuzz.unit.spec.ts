import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '@registrar/secret';
import { decodeExchange, encodeExchange } from './exchange-codec.js';
import type { Exchange } from './exchange.js';
import { parseDelete } from './management-delete-answer.js';
import { parseRead, parseUpdate } from './management-answer.js';
import { parseRegistration } from './registration-answer.js';
import { CASES, CLIENT, SECRET, SENT } from './registration-answer.cases.spec.js';
import { parseToken } from './token-endpoint-answer.js';

// Bounded and seeded: the same bytes on each run. What fails is printed by fast-check, shrunk.
const RUNS = { seed: 7591, numRuns: 3_000 } as const;
const now = new Date('2026-03-01T12:00:00Z');
const endpoint = 'https://as.example/register';
const uri = 'https://as.example/register/c-1';
const held = Secret.of(SECRET);

/** What is put into an answer that was sound: what parsers and printers stumble over. */
const POISON = [
  '"__proto__":{"polluted":1},',
  '"constructor":{"prototype":{"polluted":1}},',
  '"client_id":"other",',
  '"client_id":null,',
  '"client_id":{"toString":"x"},',
  '\\u0000',
  '\\ud800',
  '\u202e',
  '\r\nx-injected: 1',
  '1e999',
  '-0',
  'NaN',
  '['.repeat(200),
  `"${'a'.repeat(4_096)}"`,
  SECRET,
  '\ufeff',
  '/**/',
];

/** Sound bytes with some cut out, doubled, turned over, or poison put in. */
const mutated = fc
  .tuple(
    fc.constantFrom(...CASES.map(({ body }) => bytesOf(body)), bytesOf(CLIENT)),
    fc.array(fc.tuple(fc.constantFrom('cut', 'double', 'flip', 'poison'), fc.nat(), fc.nat(64), fc.constantFrom(...POISON)), {
      maxLength: 4,
    }),
  )
  .map(([sound, steps]) =>
    steps.reduce((bytes, [kind, at, length, poison]) => {
      const from = bytes.length === 0 ? 0 : at % bytes.length;
      const [head, part, tail] = [bytes.subarray(0, from), bytes.subarray(from, from + length), bytes.subarray(from + length)];
      if (kind === 'cut') return Buffer.concat([head, tail]);
      if (kind === 'double') return Buffer.concat([head, part, part, tail]);
      if (kind === 'flip') return Buffer.concat([head, part.map((byte) => byte ^ 0xff), tail]);
      return Buffer.concat([head, Buffer.from(poison), part, tail]);
    }, sound),
  );
const bodies = fc.oneof(
  { weight: 4, arbitrary: mutated },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 256 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.json({ maxDepth: 6 }).map((text) => Buffer.from(text)) },
);
const headers = fc.record(
  {
    'content-type': fc.constantFrom('application/json', 'text/html', 'application/json; charset=utf-16', '', 'a/b,c/d'),
    'retry-after': fc.oneof(fc.string(), fc.constantFrom('-1', '1e9', '999999999999999999', 'Sun, 06 Nov 1994 08:49:37 GMT', '0x10')),
    date: fc.oneof(fc.string(), fc.constant('Sun, 99 Foo 2026 99:99:99 GMT')),
    etag: fc.string(),
    location: fc.oneof(fc.webUrl(), fc.string()),
  },
  { requiredKeys: [] },
);
const exchanges: fc.Arbitrary<Exchange> = fc
  .record({
    kind: fc.constantFrom('answered', 'lost'),
    status: fc.oneof(fc.constantFrom(200, 201, 204, 400, 401, 404, 429, 500, 503), fc.integer({ min: 200, max: 599 })),
    headers,
    body: bodies,
  })
  .map(({ kind, ...rest }) => ({
    kind,
    method: 'POST',
    url: endpoint,
    ...rest,
    ...(kind === 'lost' ? { failure: 'connection_lost' as const } : {}),
    sentAt: now,
    finishedAt: now,
  }));

function bytesOf(body: unknown): Buffer {
  if (body instanceof Uint8Array) return Buffer.from(body);
  return Buffer.from(typeof body === 'string' ? body.slice(0, 4_096) : JSON.stringify(body ?? ''));
}

/** Nothing that was sent stands in what is shown or stored in the open, and nothing is inherited that was not. */
function isClean(outcome: object): void {
  expect(JSON.stringify(outcome)).not.toContain(SECRET);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
}
const context = { clientId: 'c-1', sent: SENT, registrationEndpoint: endpoint, registrationClientUri: uri, secrets: [held], now };

describe('whatever a server answers', () => {
  it('to a registration: one of four outcomes, never a throw; a client only with an id that can be kept; 5xx is never definite', () => {
    fc.assert(
      fc.property(exchanges, (exchange) => {
        const outcome = parseRegistration(exchange, { sent: SENT, endpoint, quirks: { successStatus: [201] }, secrets: [held], now });
        isClean(outcome);
        if ((exchange.status ?? 0) >= 500) expect(outcome.kind).toBe('unknown');
        if (outcome.kind === 'refused') expect((outcome.description ?? '').length).toBeLessThanOrEqual(513);
        if (outcome.kind !== 'accepted') return;
        expect([200, 201]).toContain(exchange.status);
        expect(exchange.kind).toBe('answered');
        expect(outcome.client.clientId).toMatch(/^[^\p{Cc}]+$/u);
        expect(Buffer.byteLength(outcome.client.clientId)).toBeLessThanOrEqual(2_048);
        if (outcome.client.registrationClientUriUsable)
          expect(new URL(outcome.client.registrationClientUri ?? '').origin).toBe('https://as.example');
      }),
      RUNS,
    );
  });

  it('to a read or an update: never a throw, and no other client is taken for ours', () => {
    fc.assert(
      fc.property(exchanges, (exchange) => {
        for (const outcome of [parseRead(exchange, context), parseUpdate(exchange, { ...context, carriedSecret: true })]) {
          isClean(outcome);
          if (outcome.kind === 'accepted') expect(outcome.client.clientId).toBe('c-1');
        }
      }),
      RUNS,
    );
  });

  it('to a deletion: never a throw', () => {
    fc.assert(
      fc.property(exchanges, (exchange) => {
        isClean(parseDelete(exchange, { ...context, quirks: { deleteStatus: [] } }));
      }),
      RUNS,
    );
  });

  it('at the token endpoint: never a throw; what is granted fits into a header', () => {
    fc.assert(
      fc.property(exchanges, (exchange) => {
        const outcome = parseToken(exchange, [held]);
        isClean(outcome);
        if (outcome.kind === 'granted') expect(outcome.accessToken.expose()).not.toMatch(/[\r\n\u0000]/);
      }),
      RUNS,
    );
  });

  it('comes out of the vault as it went in', () => {
    fc.assert(
      fc.property(exchanges, (exchange) => {
        const { body, ...head } = decodeExchange(encodeExchange(exchange));
        const { body: sent, ...was } = exchange;
        expect([head, Buffer.from(body ?? [])]).toEqual([was, Buffer.from(sent ?? [])]);
      }),
      { ...RUNS, numRuns: 300 },
    );
  });
});
