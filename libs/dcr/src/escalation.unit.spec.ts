import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClientMetadata } from './client-metadata.js';
import { escalations } from './escalation.js';

const APPROVED: ClientMetadata = {
  client_name: 'Acme',
  contacts: ['a@acme.example'],
  redirect_uris: ['https://app.example/cb'],
  grant_types: ['authorization_code'],
  response_types: ['code'],
  token_endpoint_auth_method: 'private_key_jwt',
  jwks_uri: 'https://registrar.example/jwks/1',
  scope: 'openid user/*.rs',
};

describe('what goes beyond an approval (J-07, J-08)', () => {
  it.each([
    ['a scope', { scope: 'openid user/*.rs launch' }, 'scope', 'scope_added', 'launch'],
    ['a write scope', { scope: 'openid user/*.rs user/Patient.cud' }, 'scope', 'write_scope_added', 'user/Patient.cud'],
    ['another context', { scope: 'system/*.rs' }, 'scope', 'scope_added', 'system/*.rs'],
    ['a constraint that is gone', { scope: 'openid user/*.rs patient/Patient.rs' }, 'scope', 'scope_added', 'patient/Patient.rs'],
    ['offline access', { scope: 'openid user/*.rs offline_access' }, 'scope', 'offline_access_added', 'offline_access'],
    ['refresh tokens', { grant_types: ['authorization_code', 'refresh_token'] }, 'grant_types', 'refresh_token_added', 'refresh_token'],
    ['a grant', { grant_types: ['client_credentials'] }, 'grant_types', 'grant_added', 'client_credentials'],
    ['a redirect URI', { redirect_uris: ['https://app.example/cb/'] }, 'redirect_uris', 'redirect_uri_added', 'https://app.example/cb/'],
    [
      'a secret',
      { token_endpoint_auth_method: 'client_secret_post' },
      'token_endpoint_auth_method',
      'auth_method_weakened',
      'client_secret_post',
    ],
    ['no credential', { token_endpoint_auth_method: 'none' }, 'token_endpoint_auth_method', 'auth_method_weakened', 'none'],
    ['an unknown method', { token_endpoint_auth_method: 'x' }, 'token_endpoint_auth_method', 'auth_method_weakened', 'x'],
    ['keys of another host', { jwks_uri: 'https://evil.example/jwks/1' }, 'jwks_uri', 'jwks_host_changed', 'https://evil.example/jwks/1'],
    [
      'keys in the clear',
      { jwks_uri: 'http://registrar.example/jwks/1' },
      'jwks_uri',
      'jwks_host_changed',
      'http://registrar.example/jwks/1',
    ],
  ])('%s', (_what, change, member, kind, to) => {
    expect(escalations(APPROVED, { ...APPROVED, ...change })).toEqual([{ member, kind, from: APPROVED[member], to }]);
  });

  it('left out is what the server takes it for (A-04)', () => {
    const open = { scope: 'openid user/*.rs' };
    expect(escalations(APPROVED, open)).toMatchObject([{ kind: 'auth_method_weakened', to: 'client_secret_basic' }]);
    expect(escalations(open, { ...open, grant_types: ['authorization_code'], token_endpoint_auth_method: 'client_secret_post' })).toEqual(
      [],
    );
  });

  it.each([
    ['a name, a logo, contacts', { client_name: 'Other', logo_uri: 'https://x.example/l', contacts: ['b@acme.example'] }],
    ['a stronger method', { token_endpoint_auth_method: 'private_key_jwt' }],
    ['another spelling of the scope', { scope: 'user/*.read openid' }],
    ['a scope within', { scope: 'user/Patient.r?gender=f' }],
    ['nothing at all', { scope: '', redirect_uris: [], grant_types: [] }],
    ['another path for the keys', { jwks_uri: 'https://registrar.example/jwks/2' }],
  ])('%s needs no approval', (_what, change) => {
    expect(escalations(APPROVED, { ...APPROVED, ...change })).toEqual([]);
  });

  it('narrowing never needs one', () => {
    const some = (values: string[]) => fc.subarray(values);
    fc.assert(
      fc.property(
        some(['openid', 'launch', 'user/*.rs', 'user/Patient.cud']),
        some(['authorization_code', 'refresh_token']),
        some(['https://a.example/', 'https://b.example/']),
        (scopes, grants, uris) => {
          const whole = {
            scope: 'openid launch user/*.rs user/Patient.cud',
            grant_types: ['authorization_code', 'refresh_token'],
            redirect_uris: ['https://a.example/', 'https://b.example/'],
          };
          const less = { scope: scopes.join(' '), grant_types: grants, redirect_uris: uris };
          expect(escalations(whole, less)).toEqual([]);
          const more = escalations(less, whole);
          expect(more.length).toBe(4 - scopes.length + (2 - grants.length) + (2 - uris.length));
        },
      ),
    );
  });
});
