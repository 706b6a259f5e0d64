import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newId, type DataKey } from '@registrar/vault';
import { DataKey as Key } from '../../vault/src/data-key.js';
import { linkToken, readLinkToken } from './link-token.js';

const key: DataKey = Key.take(newId(), randomBytes(32));
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
    expect(readLinkToken(Key.take(newId(), randomBytes(32)), token)).toBeUndefined();
    for (const none of ['', 'x', `${token}A`, token.slice(1), `${token}=`]) expect(readLinkToken(key, none)).toBeUndefined();
  });
});
