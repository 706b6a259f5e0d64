import { describe, expect, it } from 'vitest';
import { canonicalBytes } from './canonical.js';
import { digestText } from './digest.js';
import { mac, sameMac } from './mac.js';
import { randomBytes, randomText } from './random.js';

describe('random values', () => {
  it('are base62 of exactly the length asked for, and every character is as likely as the others', () => {
    const text = randomText(62_000);
    expect(text).toMatch(/^[0-9A-Za-z]{62000}$/);
    const counts = new Map<string, number>();
    for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
    // 1000 each; six standard deviations are 190.
    expect(counts.size).toBe(62);
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(200);
    expect(randomText(43)).not.toBe(randomText(43));
    expect(randomBytes(32)).toHaveLength(32);
  });
});

describe('digests and MACs', () => {
  it('are SHA-256 and HMAC-SHA-256 (FIPS 180-4 and RFC 4231 test vectors)', () => {
    expect(digestText('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(mac(Buffer.from('Jefe'), 'what do ya want for nothing?').toString('hex')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  it('compare equal only when every byte is', () => {
    const one = mac(Buffer.alloc(32), 'a');
    expect(sameMac(one, Buffer.from(one))).toBe(true);
    expect(sameMac(one, mac(Buffer.alloc(32), 'b'))).toBe(false);
    expect(sameMac(one, one.subarray(0, 31))).toBe(false);
  });

  it('count lengths in bytes, so parts cannot slide into each other', () => {
    expect(canonicalBytes(['a|b', 'c']).equals(canonicalBytes(['a', 'b|c']))).toBe(false);
    expect(canonicalBytes(['é']).toString('hex')).toBe('00000002c3a9');
  });
});
