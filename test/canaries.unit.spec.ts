import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ENCODINGS, Scanner } from './support/canaries.js';

const SECRET = 'p\\ss"word/+ü-4f9a ~>>>>????';
const WRITTEN: readonly [string, string | Buffer][] = [
  ['plain', `before ${SECRET} after`],
  ['JSON', JSON.stringify({ secret: SECRET })],
  ['JSON in JSON', JSON.stringify({ line: JSON.stringify({ secret: SECRET }) })],
  ['URL', `?token=${encodeURIComponent(SECRET)}&x=1`],
  ['form', new URLSearchParams({ a: '1', client_secret: SECRET, z: '2' }).toString()],
  ['COPY', `\\x00\t${SECRET.replaceAll('\\', '\\\\')}\t1`],
  ['URL in base64', `Basic ${Buffer.from(`client:${encodeURIComponent(SECRET)}`).toString('base64')}`],
  ...['', 'a', 'ab', 'abc'].flatMap((before): [string, string][] => [
    ['base64', Buffer.from(`${before}${SECRET}after`).toString('base64')],
    ['base64url', `x.${Buffer.from(`${before}${SECRET}after`).toString('base64url')}.y`],
  ]),
  ['hex', `(1,"\\\\x00${Buffer.from(SECRET).toString('hex')}ff")`],
  ['hex', Buffer.from(SECRET).toString('hex').toUpperCase()],
  ['gzip', Buffer.concat([Buffer.from('before'), gzipSync(JSON.stringify({ secret: SECRET })), Buffer.from('after')])],
  ['gzip', `{"body":"${gzipSync(`before ${SECRET}`).toString('base64')}"}`],
  ['gzip', `\\\\x${gzipSync(SECRET).toString('hex')}`],
];

describe('what the scan for secrets recognises (T14, T17, T18)', () => {
  it.each(WRITTEN)('%s: %#', (encoding, text) => {
    const hits = new Scanner([{ name: 'it', text: SECRET }]).find(text);
    expect(hits).toContainEqual({ canary: 'it', encoding });
    expect(ENCODINGS).toContain(encoding);
    expect(new Scanner([{ name: 'it', text: 'another secret' }]).find(text)).toEqual([]);
  });

  it('finds the right one of many, at the ends of the text too, and nothing where there is nothing', () => {
    const many = Array.from({ length: 500 }, (_, n) => ({ name: `secret ${n}`, text: `value-of-canary-${String(n).padStart(4, '0')}` }));
    const scanner = new Scanner(many);
    const names = (text: string) => [...new Set(scanner.find(text).map(({ canary }) => canary))];
    expect(names(`${many[7]?.text}${'x'.repeat(50)}${many[499]?.text}`)).toEqual(['secret 7', 'secret 499']);
    expect(names('')).toEqual([]);
    expect(names('value-of-canary-050')).toEqual([]);
  });

  it('refuses what is too short to be looked for', () => {
    expect(() => new Scanner([{ name: 'it', text: 'short' }])).toThrow('too short');
  });
});
