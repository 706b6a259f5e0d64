import { describe, expect, it } from 'vitest';
import { Secret } from '@registrar/secret';
import { AUDIT_ACTIONS } from './action.js';
import { canonicalJson, storableJson } from './chain.js';

describe('the closed union of what can happen', () => {
  it('names each action once, as noun.verb', () => {
    expect(new Set(AUDIT_ACTIONS).size).toBe(AUDIT_ACTIONS.length);
    for (const action of AUDIT_ACTIONS) expect(action).toMatch(/^[a-z_]+\.[a-z_]+$/);
  });
});

describe('canonical JSON', () => {
  it('does not depend on the order of members, on any level', () => {
    expect(canonicalJson({ b: [{ d: 1, c: 'x' }], a: null })).toBe('{"a":null,"b":[{"c":"x","d":1}]}');
    expect(canonicalJson({ a: null, b: [{ c: 'x', d: 1 }] })).toBe(canonicalJson({ b: [{ d: 1, c: 'x' }], a: null }));
  });

  it('leaves nothing undefined, writes dates and secrets as their text, and keeps out what Postgres refuses', () => {
    const value = { at: new Date(0), secret: Secret.of('s3cr3t'), gone: undefined, nul: 'a\0b', half: 'x\ud800y', n: Number.NaN };
    expect(storableJson(value)).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      secret: '[redacted]',
      nul: 'a\ufffdb',
      half: 'x\ufffdy',
      n: null,
    });
  });
});
