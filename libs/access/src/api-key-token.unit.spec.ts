import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Secret } from '@registrar/secret';
import { isApiKeyToken, newApiKeyToken } from './index.js';

it('makes rk_, 43 characters of 256 bits and a checksum of 6', () => {
  const made = Array.from({ length: 200 }, () => newApiKeyToken().expose());
  for (const token of made) {
    expect(token).toMatch(/^rk_[0-9A-Za-z]{49}$/);
    expect(isApiKeyToken(Secret.of(token))).toBe(true);
  }
  expect(new Set(made).size).toBe(200);
});

it('knows a typo of one character by itself (A26)', () => {
  const token = newApiKeyToken().expose();
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 51 }), fc.constantFrom(...'0123456789ABCXYZabcxyz'), (at, character) => {
      fc.pre(token[at] !== character);
      expect(isApiKeyToken(Secret.of(token.slice(0, at) + character + token.slice(at + 1)))).toBe(false);
    }),
  );
  for (const bad of ['', 'rk_', token.slice(0, -1), `${token}0`, ` ${token}`, token.replace('rk_', 'sk_'), `${token}\n`])
    expect(isApiKeyToken(Secret.of(bad))).toBe(false);
});
