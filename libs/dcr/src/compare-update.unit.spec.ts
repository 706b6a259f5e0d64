import { describe, expect, it } from 'vitest';
import type { ClientMetadata } from './client-metadata.js';
import { compareMetadata } from './compare-metadata.js';
import { unapplied } from './compare-update.js';

const BEFORE: ClientMetadata = {
  client_name: 'Acme',
  redirect_uris: ['https://app.example/cb'],
  grant_types: ['authorization_code'],
  response_types: ['code'],
  token_endpoint_auth_method: 'private_key_jwt',
  scope: 'openid user/Patient.rs',
};
const members = (desired: ClientMetadata, granted: ClientMetadata, before?: ClientMetadata) =>
  unapplied(desired, granted, before === undefined ? {} : { before }).map(({ member }) => member);

describe('a change that was answered with 200 and not made (K-37)', () => {
  const desired = { ...BEFORE, client_name: 'Acme 2', redirect_uris: ['https://app.example/cb', 'https://app.example/cb2'] };

  it('is named, member by member', () => {
    expect(members(desired, BEFORE, BEFORE)).toEqual(['client_name', 'redirect_uris']);
    expect(members(desired, BEFORE)).toEqual(['client_name', 'redirect_uris']);
    expect(unapplied(desired, BEFORE)).toContainEqual({ member: 'client_name', requested: 'Acme 2', granted: 'Acme', class: 'changed' });
  });

  it('is nothing where all was made, whatever the spelling, or where the server says nothing', () => {
    expect(members(desired, { ...desired, scope: 'user/Patient.read openid' }, BEFORE)).toEqual([]);
    expect(members(desired, {}, BEFORE)).toEqual([]);
    expect(members(desired, { scope: BEFORE['scope'] as string }, BEFORE)).toEqual([]);
  });

  it('is told from what the server replaced by something else', () => {
    expect(members(desired, { ...desired, client_name: 'ACME 2' }, BEFORE)).toEqual([]);
    expect(members(desired, { ...desired, client_name: 'ACME 2' })).toEqual(['client_name']);
  });

  it('a narrowing that is ignored is unapplied, and widened besides', () => {
    const narrower = { ...BEFORE, scope: 'openid' };
    expect(members(narrower, BEFORE, BEFORE)).toEqual(['scope']);
    expect(compareMetadata(narrower, BEFORE).stop).toBe('scope_widened');
  });

  it('the marker is no change', () => {
    const marked = { ...BEFORE, client_name: 'Acme [ref rg-1]' };
    expect(unapplied(BEFORE, marked, { before: marked, marker: 'client_name' })).toEqual([]);
    expect(unapplied({ ...BEFORE, client_name: 'Acme 2' }, marked, { before: marked, marker: 'client_name' })).toHaveLength(1);
  });
});

describe('drift in what a server answers to a read or an update (A-35)', () => {
  it.each([
    ['a redirect URI more', { redirect_uris: ['https://app.example/cb', 'https://evil.example/cb'] }, 'redirect_uris_widened'],
    ['another redirect URI', { redirect_uris: ['https://evil.example/cb'] }, 'redirect_uris_widened'],
    ['a weaker method', { token_endpoint_auth_method: 'client_secret_basic' }, 'auth_method_changed'],
    ['no method', { token_endpoint_auth_method: 'none' }, 'auth_method_changed'],
  ])('%s stops', (_what, change, stop) => {
    expect(compareMetadata(BEFORE, { ...BEFORE, ...change }).stop).toBe(stop);
  });
});
