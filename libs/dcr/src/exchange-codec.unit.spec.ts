import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeExchange, encodeExchange } from './exchange-codec.js';
import type { Exchange } from './exchange.js';

const date = fc.date({ noInvalidDate: true });
const anyExchange: fc.Arbitrary<Exchange> = fc.record(
  {
    kind: fc.constantFrom('answered', 'not_sent', 'lost'),
    method: fc.constantFrom('POST', 'GET', 'PUT', 'DELETE'),
    url: fc.webUrl(),
    status: fc.integer({ min: 100, max: 599 }),
    headers: fc.dictionary(
      fc.string({ minLength: 1 }).filter((name) => name !== '__proto__'),
      fc.string(),
      { noNullPrototype: true },
    ),
    body: fc.uint8Array(),
    failure: fc.constantFrom('timeout', 'connection_lost', 'too_large'),
    sentAt: date,
    finishedAt: date,
    localAddress: fc.ipV4(),
  },
  { requiredKeys: ['kind', 'method', 'url', 'sentAt', 'finishedAt'], noNullPrototype: true },
);

describe('what the journal seals (H-31)', () => {
  it('comes back as it was, an empty body as an empty body and none as none', () => {
    fc.assert(
      fc.property(anyExchange, (exchange) => {
        expect(decodeExchange(encodeExchange(exchange))).toEqual(exchange);
      }),
    );
  });

  it('can be read out of a larger buffer', () => {
    const exchange: Exchange = { kind: 'lost', method: 'POST', url: 'https://as.example/', sentAt: new Date(1), finishedAt: new Date(2) };
    const bytes = encodeExchange(exchange);
    const larger = Buffer.concat([Buffer.alloc(7), bytes]);
    expect(decodeExchange(larger.subarray(7))).toEqual(exchange);
  });

  it.each([
    ['nothing', []],
    ['another version', [2, 0, 0, 0, 0]],
    ['a cut head', [1, 0, 0, 0, 9, 0x7b]],
  ])('refuses %s', (_what, bytes) => {
    expect(() => decodeExchange(Uint8Array.from(bytes))).toThrow(RangeError);
  });
});
