import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonRefused, readJson } from './strict-json.js';

const limits = { maxBytes: 256 * 1024, maxDepth: 12 };
const bytes = (text: string) => new TextEncoder().encode(text);

function refusalOf(input: Uint8Array): string | undefined {
  try {
    readJson(input, limits);
    return undefined;
  } catch (error) {
    if (error instanceof JsonRefused) return error.code;
    throw error;
  }
}

describe('readJson (A-31, U19)', () => {
  it.each([
    ['a member twice', '{"client_id":"a","client_id":"b"}', 'duplicate_member'],
    ['a member twice, once escaped', String.raw`{"client_id":"a","client\u005fid":"b"}`, 'duplicate_member'],
    ['a member twice, deep inside', '{"a":[{"b":{"c":1,"c":2}}]}', 'duplicate_member'],
    ['__proto__ (K-58)', '{"__proto__":{"polluted":true}}', 'proto_member'],
    ['__proto__, escaped and nested', String.raw`[{"x":{"\u005f_proto__":1}}]`, 'proto_member'],
    ['nesting of 100,000', '['.repeat(100_000), 'too_deep'],
    ['nesting of 13', `${'['.repeat(13)}${']'.repeat(13)}`, 'too_deep'],
    ['NaN', '{"a":NaN}', 'not_json'],
    ['nothing', '', 'not_json'],
    ['half a string', '{"a":"b', 'not_json'],
    ['half an object', '{"a":"b"', 'not_json'],
    ['two documents', '{}{}', 'not_json'],
    ['a broken escape in a name', String.raw`{"\x":1}`, 'not_json'],
    ['HTML', '<!doctype html><p>{"client_id":"a"}</p>', 'not_json'],
  ])('refuses %s', (_what, text, code) => {
    expect(refusalOf(bytes(text))).toBe(code);
  });

  it('refuses UTF-16, a lone continuation byte and a body over the limit', () => {
    expect(refusalOf(Buffer.from('\ufeff{"a":1}', 'utf16le'))).toBe('not_utf8');
    expect(refusalOf(Buffer.from('{"a":1}', 'utf16le'))).toBe('not_json');
    expect(refusalOf(Uint8Array.of(0x22, 0x80, 0x22))).toBe('not_utf8');
    expect(refusalOf(new Uint8Array(limits.maxBytes + 1).fill(0x20))).toBe('too_large');
  });

  it('tolerates a byte order mark, and the same name in two objects or as a value', () => {
    expect(readJson(bytes('\ufeff{"a":{"a":"a"},"b":["b","b"]}'), limits)).toEqual({ a: { a: 'a' }, b: ['b', 'b'] });
    expect(readJson(bytes(`${'['.repeat(12)}${']'.repeat(12)}`), limits)).toBeTruthy();
  });

  it('leaves every prototype clean', () => {
    expect(refusalOf(bytes('{"__proto__":{"polluted":true}}'))).toBe('proto_member');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('agrees with JSON.parse on everything that it accepts', () => {
    const nearly = fc.oneof(
      fc.json({ maxDepth: 6 }),
      fc.string(),
      fc.tuple(fc.json({ maxDepth: 3 }), fc.nat(), fc.constantFrom('"', '\\', '{', '}', ',', ':', '[', ']', ' ')).map(cutIn),
    );
    fc.assert(
      fc.property(nearly, (text) => {
        const input = bytes(text);
        const refusal = refusalOf(input);
        // A lone surrogate has no bytes of its own: what was encoded is what counts.
        const encoded = new TextDecoder().decode(input);
        if (refusal === undefined) expect(readJson(input, limits)).toEqual(JSON.parse(encoded));
        else if (refusal === 'not_json') expect(() => JSON.parse(encoded) as unknown).toThrow();
      }),
      { numRuns: 2000 },
    );
  });

  it('throws nothing but JsonRefused on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
        const refusal = refusalOf(input);
        expect(refusal === undefined || refusal.length > 0).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

function cutIn([text, at, sign]: [string, number, string]): string {
  const place = at % (text.length + 1);
  return text.slice(0, place) + sign + text.slice(place);
}
