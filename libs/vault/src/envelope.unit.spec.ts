import { createDecipheriv, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataKey } from './data-key.js';
import { keyIdOf, openBytes, sealBytes, type EnvelopeBinding } from './envelope.js';
import { newId } from './id.js';

const key = DataKey.take(newId(), randomBytes(32));
const binding: EnvelopeBinding = { workspaceId: newId(), tenantId: newId(), subjectId: newId(), kind: 'client_secret', version: 3 };
const plain = Buffer.from('s3cr3t \u{1f510} value');
const integrity = expect.objectContaining({ code: 'vault.integrity', message: 'A sealed value did not open' }) as Error;

describe('the envelope (T14, T15)', () => {
  it('gives back what it sealed, byte for byte, also nothing and 64 KiB', () => {
    for (const value of [plain, Buffer.alloc(0), randomBytes(65_536)]) {
      expect(openBytes(key, binding, sealBytes(key, binding, value)).equals(value)).toBe(true);
    }
  });

  it('has its format: version 1, algorithm 1, key id, salt 16, commitment 32, iv 12, tag 16', () => {
    const sealed = sealBytes(key, binding, plain);
    expect([sealed[0], sealed[1], sealed.length]).toEqual([1, 1, 2 + 16 + 16 + 32 + 12 + plain.length + 16]);
    expect(keyIdOf(sealed)).toBe(key.id);
  });

  it('never seals the same value to the same bytes', () => {
    expect(sealBytes(key, binding, plain).equals(sealBytes(key, binding, plain))).toBe(false);
  });

  it.each([
    ['workspace', { workspaceId: newId() }],
    ['tenant', { tenantId: newId() }],
    ['subject', { subjectId: newId() }],
    ['kind', { kind: 'registration_access_token' }],
    ['version', { version: 2 }],
  ])('does not open under another %s', (_part, other) => {
    const sealed = sealBytes(key, binding, plain);
    expect(() => openBytes(key, { ...binding, ...other }, sealed)).toThrow(integrity);
  });

  it('does not open as the workspace’s own what a tenant sealed', () => {
    const { workspaceId, subjectId, kind, version } = binding;
    expect(() => openBytes(key, { workspaceId, subjectId, kind, version }, sealBytes(key, binding, plain))).toThrow(integrity);
  });

  it('keeps its parts apart: what ends one and begins the next cannot slide over', () => {
    const sealed = sealBytes(key, { ...binding, subjectId: 'a|b', kind: 'c' }, plain);
    expect(() => openBytes(key, { ...binding, subjectId: 'a', kind: 'b|c' }, sealed)).toThrow(integrity);
    expect(() => openBytes(key, { ...binding, subjectId: 'a|bc', kind: '' }, sealed)).toThrow(integrity);
  });

  it('does not open under another key, not even one that claims the same id', () => {
    const sealed = sealBytes(key, binding, plain);
    expect(() => openBytes(DataKey.take(newId(), randomBytes(32)), binding, sealed)).toThrow(integrity);
    expect(() => openBytes(DataKey.take(key.id, randomBytes(32)), binding, sealed)).toThrow(integrity);
  });

  it('does not open with a part taken from another value under the same binding: salt, commitment, iv, text, tag', () => {
    const [one, two] = [sealBytes(key, binding, plain), sealBytes(key, binding, Buffer.from(plain).reverse())];
    const ends = [18, 34, 66, 78, one.length - 16, one.length];
    for (const [index, to] of ends.slice(1).entries()) {
      const mixed = Buffer.from(one);
      two.copy(mixed, ends[index], ends[index], to);
      expect(() => openBytes(key, binding, mixed)).toThrow(integrity);
    }
  });

  it('does not open with any one bit turned', () => {
    const sealed = sealBytes(key, binding, plain);
    fc.assert(
      fc.property(fc.nat(sealed.length * 8 - 1), (bit) => {
        const turned = Buffer.from(sealed);
        turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => openBytes(key, binding, turned)).toThrow(integrity);
      }),
      { numRuns: 500 },
    );
  });

  it('does not open when cut to any length, so a tag of 4 bytes proves nothing', () => {
    const sealed = sealBytes(key, binding, plain);
    for (let length = 0; length < sealed.length; length += 1)
      expect(() => openBytes(key, binding, sealed.subarray(0, length))).toThrow(integrity);
    // What the fixed length protects from: this Node takes a short tag when none is given.
    const bare = createDecipheriv('aes-256-gcm', randomBytes(32), randomBytes(12));
    expect(() => bare.setAuthTag(sealed.subarray(-4))).not.toThrow();
  });

  it('keeps the key out of sight, and out of the buffer that it came in', () => {
    const bytes = randomBytes(32);
    const [hex, shown] = [bytes.toString('hex'), DataKey.take('id', bytes)];
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    expect(inspect(shown, { depth: 9, showHidden: true }) + JSON.stringify(shown)).not.toMatch(new RegExp(`${hex}|buffer|type`, 'i'));
  });
});
