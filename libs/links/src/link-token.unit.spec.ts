import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newId } from '@registrar/vault';
import { linkToken, readLinkToken } from './link-token.js';

const keyOf = (words: string) => ({ mac: (message: Uint8Array | string) => createHmac('sha256', words).update(message).digest() });
const key = keyOf('one');
const claims = { workspaceId: newId(), tenantId: newId(), linkId: newId(), expiresAt: new Date('2027-01-31T12:00:00Z') };

describe('the token of a link', () => {
  it('is read back as it was made', () => {
    const token = linkToken(key, claims).expose();
    expect(readLinkToken(key, token)).toEqual(claims);
    expect(token).toMatch(/^[\w-]{115}$/);
  });

  it('changed in any one character, or read with another key, is none', () => {
    const token = linkToken(key, claims).expose();
    for (let index = 0; index < token.length; index += 1) {
      const other = token[index] === 'A' ? 'B' : 'A';
      expect(readLinkToken(key, token.slice(0, index) + other + token.slice(index + 1)), String(index)).toBeUndefined();
    }
    expect(readLinkToken(keyOf('another'), token)).toBeUndefined();
    for (const none of ['', 'x', `${token}A`, token.slice(1), `${token}=`]) expect(readLinkToken(key, none)).toBeUndefined();
  });
});
