import { describe, expect, it } from 'vitest';
import { impactOf } from './roll-out-impact.js';

const USER = {
  grant_types: ['authorization_code'],
  redirect_uris: ['https://app.example/cb'],
  scope: 'openid user/*.rs',
  client_name: 'Acme',
};
const BACKEND = { grant_types: ['client_credentials'], scope: 'system/*.rs', client_name: 'Acme' };

describe('what a change asks of people', () => {
  it.each([
    ['a name', USER, { client_name: 'Acme 2' }, 'dynamic', 'none'],
    ['a name at a portal', USER, { client_name: 'Acme 2' }, 'portal', 'none'],
    ['more scopes of users', USER, { scope: 'openid user/*.rs launch' }, 'dynamic', 'users_sign_in_again'],
    ['less scopes of users', USER, { scope: 'openid' }, 'dynamic', 'users_sign_in_again'],
    ['another spelling', USER, { scope: 'user/*.read openid' }, 'dynamic', 'none'],
    ['another redirect URI', USER, { redirect_uris: ['https://app.example/2'] }, 'dynamic', 'users_sign_in_again'],
    ['a grant', USER, { grant_types: ['authorization_code', 'refresh_token'] }, 'dynamic', 'users_sign_in_again'],
    [
      'the order of redirect URIs and a repetition',
      USER,
      { redirect_uris: ['https://app.example/cb', 'https://app.example/cb'] },
      'dynamic',
      'none',
    ],
    ['more scopes at a portal', USER, { scope: 'openid user/*.rs launch' }, 'portal', 'hospital_activates_again'],
    ['other scopes at a portal', BACKEND, { scope: 'system/*.cud' }, 'portal', 'hospital_activates_again'],
    ['less scopes at a portal', BACKEND, { scope: 'system/Patient.rs' }, 'portal', 'none'],
    ['more scopes of a backend service', BACKEND, { scope: 'system/*.cruds' }, 'dynamic', 'none'],
  ] as const)('%s: %o %o %s is %s', (_what, before, change, registration, impact) => {
    expect(impactOf({ document: before }, { document: { ...before, ...change } }, { registration })).toBe(impact);
  });

  it.each([
    [USER, 'dynamic', 'users_sign_in_again'],
    [USER, 'portal', 'hospital_activates_again'],
    [BACKEND, 'dynamic', 'none'],
    [BACKEND, 'portal', 'hospital_activates_again'],
  ] as const)('another client_id of %o at a %s EHR: %s', (document, registration, impact) => {
    expect(impactOf({ document, clientId: 'c-1' }, { document, clientId: 'c-2' }, { registration })).toBe(impact);
    expect(impactOf({ document, clientId: 'c-1' }, { document, clientId: 'c-1' }, { registration })).toBe('none');
    expect(impactOf({ document, clientId: 'c-1' }, { document }, { registration })).toBe('none');
  });
});
