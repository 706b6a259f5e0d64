import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClientMetadata } from './client-metadata.js';
import { compareMetadata } from './compare-metadata.js';

const REQUESTED: ClientMetadata = {
  redirect_uris: ['https://app.example/cb'],
  token_endpoint_auth_method: 'private_key_jwt',
  token_endpoint_auth_signing_alg: 'ES384',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  scope: 'launch patient/*.rs patient/Observation.cud',
  client_name: 'Acme [ref 7K3Q]',
  'client_name#ja': 'アクメ',
  software_version: '1.2+7K3Q',
  contacts: ['a@example.com', 'b@example.com'],
  client_uri: 'https://app.example',
  jwks: { keys: [{ kty: 'EC', crv: 'P-384', x: 'x', y: 'y', kid: '1' }] },
};
const BACKEND: ClientMetadata = {
  token_endpoint_auth_method: 'private_key_jwt',
  grant_types: ['client_credentials'],
  response_types: [],
  scope: 'system/*.rs',
};

const granted = (changes: ClientMetadata, base = REQUESTED): ClientMetadata => ({ ...base, ...changes });
const dropped = (member: string) => Object.fromEntries(Object.entries(REQUESTED).filter(([name]) => name !== member));

describe('compareMetadata (A-35, J-05)', () => {
  it('the same is equal', () => {
    expect(compareMetadata(REQUESTED, REQUESTED)).toEqual({ class: 'equal', drift: 'none', differences: [] });
  });

  it.each([
    [
      'K-23 a redirect URI more',
      granted({ redirect_uris: ['https://app.example/cb', 'https://evil.example/'] }),
      'widened',
      'redirect_uris_widened',
    ],
    ['K-23 another redirect URI', granted({ redirect_uris: ['https://app.example/cb/'] }), 'widened', 'redirect_uris_widened'],
    ['K-21 U06 another method', granted({ token_endpoint_auth_method: 'client_secret_post' }), 'changed', 'auth_method_changed'],
    ['U06 no authentication', granted({ token_endpoint_auth_method: 'none' }), 'changed', 'auth_method_changed'],
    ['K-22 a grant type more', granted({ grant_types: ['authorization_code', 'refresh_token', 'implicit'] }), 'widened', 'grants_widened'],
    ['K-24 a scope more', granted({ scope: 'launch patient/*.cruds' }), 'widened', 'scope_widened'],
    ['J-05 another scope altogether', granted({ scope: 'openid' }), 'widened', 'scope_widened'],
  ] as const)('%s stops', (_what, answer, drift, stop) => {
    expect(compareMetadata(REQUESTED, answer)).toMatchObject({ class: drift, drift, stop });
  });

  it.each([
    ['K-25 a scope less', granted({ scope: 'launch patient/*.rs' }), 'narrowed', 'scope'],
    ['a grant type less', granted({ grant_types: ['authorization_code'] }), 'narrowed', 'grant_types'],
    ['another algorithm', granted({ token_endpoint_auth_signing_alg: 'RS256' }), 'changed', 'token_endpoint_auth_signing_alg'],
    ['other keys', granted({ jwks: { keys: [{ kty: 'EC', crv: 'P-384', x: 'z', y: 'y' }] } }), 'changed', 'jwks'],
    ['keys from elsewhere', granted({ jwks_uri: 'https://evil.example/jwks' }), 'changed', 'jwks_uri'],
  ] as const)('%s is a drift without a stop', (_what, answer, drift, member) => {
    const comparison = compareMetadata(REQUESTED, answer);
    expect(comparison).toMatchObject({ class: drift, drift, differences: [{ member, class: drift }] });
    expect(comparison.stop).toBeUndefined();
  });

  it.each([
    ['K-26 version 1 of the scope syntax, in another order', granted({ scope: 'patient/Observation.write patient/*.read launch' })],
    [
      'lists in another order',
      granted({ contacts: ['b@example.com', 'a@example.com'], grant_types: ['refresh_token', 'authorization_code'] }),
    ],
    ['another marker', granted({ client_name: 'Acme [ref 9XYZ]', software_version: '1.2+9XYZ' })],
    ['K-73 no names in other languages', dropped('client_name#ja')],
    ['A-11 a language tag in capitals', { ...dropped('client_name#ja'), 'client_name#JA': 'アクメ' }],
    ['defaults that the server added', granted({ application_type: 'web', subject_type: 'public', require_auth_time: false })],
    ['an address in its normal form', granted({ client_uri: 'https://app.example/' })],
    ['keys with members added', granted({ jwks: { keys: [{ kty: 'EC', crv: 'P-384', x: 'x', y: 'y', kid: '1', use: 'sig' }] } })],
  ])('%s is equal', (_what, answer) => {
    expect(compareMetadata(REQUESTED, answer)).toEqual({ class: 'equal', drift: 'none', differences: [] });
  });

  it('a response type without its grant gives no right, one with it does', () => {
    expect(compareMetadata(BACKEND, granted({ response_types: ['code'] }, BACKEND)).class).toBe('equal');
    const both = granted({ response_types: ['code'], grant_types: ['client_credentials', 'authorization_code'] }, BACKEND);
    expect(compareMetadata(BACKEND, both)).toMatchObject({ drift: 'widened', stop: 'grants_widened', differences: [{}, {}] });
    expect(compareMetadata(BACKEND, granted({ redirect_uris: ['https://x.example/'] }, BACKEND)).stop).toBe('redirect_uris_widened');
  });

  it('what the server leaves unsaid is dropped, and no drift; all of it is absent (K-27)', () => {
    expect(compareMetadata(REQUESTED, dropped('contacts'))).toEqual({
      class: 'dropped',
      drift: 'none',
      differences: [{ member: 'contacts', requested: REQUESTED['contacts'], class: 'dropped' }],
    });
    expect(compareMetadata(REQUESTED, {})).toEqual({ class: 'absent', drift: 'none', differences: [] });
    expect(compareMetadata(REQUESTED, { client_id_issued_at: 1 }).class).toBe('absent');
  });

  it('A-04: a request that leaves the method out asked for client_secret_basic', () => {
    const open = { redirect_uris: ['https://app.example/cb'] };
    expect(
      compareMetadata(open, { ...open, token_endpoint_auth_method: 'client_secret_basic', grant_types: ['authorization_code'] }).class,
    ).toBe('equal');
    expect(compareMetadata(open, { ...open, token_endpoint_auth_method: 'none' }).stop).toBe('auth_method_changed');
  });

  it('a known marker exempts its member alone', () => {
    const answer = granted({ client_name: 'Other', software_version: '9' });
    expect(compareMetadata(REQUESTED, answer, { marker: 'software_version' }).differences).toMatchObject([{ member: 'client_name' }]);
    expect(compareMetadata(REQUESTED, answer, { marker: 'none' }).differences).toHaveLength(2);
    expect(compareMetadata(REQUESTED, answer, { marker: 'client_name' }).differences).toHaveLength(2);
  });

  it('anything compared with itself is equal or absent', () => {
    const member = fc.constantFrom(...Object.keys(REQUESTED));
    fc.assert(
      fc.property(fc.dictionary(member, fc.jsonValue()), (metadata) => {
        const own = metadata as ClientMetadata;
        expect(['equal', 'absent']).toContain(compareMetadata(own, own).class);
        expect(compareMetadata(own, {}).drift).toBe('none');
      }),
    );
  });
});
