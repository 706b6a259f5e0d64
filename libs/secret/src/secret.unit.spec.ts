import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { redactWords, Secret } from './index.js';

describe('Secret', () => {
  const secret = Secret.of('s3cr3t-value');

  it.each([
    ['a string', (s: Secret) => String(s)],
    // eslint-disable-next-line @typescript-eslint/restrict-template-expressions
    ['a template', (s: Secret) => `${s}`],
    ['JSON', (s: Secret) => JSON.stringify({ s })],
    ['inspect', (s: Secret) => inspect({ s }, { depth: 9, showHidden: true })],
    ['an error', (s: Secret) => new Error(String(s)).stack ?? ''],
    ['its own keys', (s: Secret) => JSON.stringify(Object.entries(s))],
  ])('does not show through %s', (_road, print) => {
    expect(print(secret)).not.toContain('s3cr3t-value');
  });

  it('gives the text byte for byte when asked', () => {
    expect(Secret.of(' "\\ü😀').expose()).toBe(' "\\ü😀');
  });
});

describe('redactWords (K-55, U14)', () => {
  it('cuts secrets that a server echoes, in plain, URL and base64 form', () => {
    const secret = Secret.of('a+b/c=d');
    const words = `bad token a+b/c=d or ${encodeURIComponent('a+b/c=d')} or ${Buffer.from('a+b/c=d').toString('base64')}`;
    expect(redactWords(words, [secret])).toBe('bad token [redacted] or [redacted] or [redacted]');
  });

  it('folds control and bidi characters and cuts the length', () => {
    expect(redactWords('one\r\n{"level":"info"}\u202e two')).toBe('one {"level":"info"}  two');
    expect(redactWords('x'.repeat(2000))).toHaveLength(512);
  });
});
