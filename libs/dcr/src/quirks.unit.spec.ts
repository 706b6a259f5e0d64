import { describe, expect, it } from 'vitest';
import { quirksFor, quirkVendors } from './quirks.js';

describe('quirks (protocol.md C)', () => {
  it('has a profile for every server and vendor that the product names', () => {
    const named =
      'generic node_oidc_provider keycloak hydra spring duende mitreid curity ibm pingam pingfederate okta auth0 cognito wso2 janssen ' +
      'authlete glewlwyd authlib udap_dotnet emr_direct medent entra_id google smart_health_it ' +
      'epic oracle_health athenahealth eclinicalworks nextgen veradigm greenway meditech';
    expect(quirkVendors()).toEqual(expect.arrayContaining(named.split(' ')));
  });

  it.each(quirkVendors())('%s is whole: every quirk is decided', (vendor) => {
    const quirks = quirksFor(vendor);
    expect(quirks).toMatchObject({
      successStatus: expect.arrayContaining([201]) as number[],
      idempotentByMetadata: vendor === 'udap_dotnet',
    });
    expect(quirks.management.length === 0 || quirks.managementAuth !== 'none').toBe(true);
    expect(quirks.jwksCacheMs).toBeGreaterThanOrEqual(86_400_000);
    expect(quirks.secretOverlap).toBe(false);
    expect(quirks.jwksMode.length).toBeGreaterThan(0);
    expect(Object.values(quirks)).not.toContain(undefined);
  });

  it.each([
    ['keycloak', { unknownFieldPolicy: 'refuse', readRotates: { rat: false, secret: false }, putRotates: { rat: true, secret: false } }],
    ['spring', { jwksMode: ['uri'], iatMode: 'single', iatScope: 'client.create', ratTtlMs: 300_000, management: ['read'] }],
    ['duende', { jwksMode: ['inline'], managementAuth: 'none', management: [] }],
    ['janssen', { clientExpires: true, readRotates: { rat: false, secret: false } }],
    ['cognito', { iatMode: 'client_credentials', iatScope: 'aws.cognito/dcr/register' }],
    ['epic', { jwksCacheMs: 172_800_000, management: [] }],
    ['curity', { readRotates: { rat: true, secret: true }, iatMode: 'single' }],
    ['ibm', { putSecret: 'include', putRotates: { rat: true, secret: true } }],
    ['hydra', { putSecret: 'omit', marker: 'client_name' }],
    ['glewlwyd', { successStatus: [200, 201], deleteStatus: [200], putRotates: { rat: false, secret: true } }],
    ['wso2', { managementAuth: 'admin_token', unknownFieldPolicy: 'refuse' }],
    ['Node OIDC-Provider', { marker: 'client_name' }],
    ['oidc-provider', { marker: 'client_name' }],
    ['Cerner', { registration: 'portal', authMethods: ['private_key_jwt'] }],
    ['eclinicalworks', { registration: 'portal', signingAlgs: ['RS384'] }],
  ] as const)('%s', (vendor, quirks) => {
    expect(quirksFor(vendor)).toMatchObject(quirks);
  });

  it.each(['', 'Dr. Nobody', '__proto__', 'constructor'])(
    'an unknown vendor (%s) gets the safe default: reads may rotate, secrets are not sent',
    (vendor) => {
      expect(quirksFor(vendor)).toEqual(quirksFor('generic'));
      expect(quirksFor(vendor)).toMatchObject({ readRotates: { rat: true, secret: true }, putSecret: 'omit', registration: 'dynamic' });
    },
  );

  it('what was learned wins over the profile, what an operator declared over both; nothing learned is no opinion', () => {
    const stored = JSON.parse('{"marker": null, "jwksMode": ["inline"]}') as object;
    expect(quirksFor('keycloak', stored)).toMatchObject({ marker: 'client_name', jwksMode: ['inline'] });
    expect(quirksFor('keycloak', stored, { jwksMode: ['uri'] }).jwksMode).toEqual(['uri']);
  });

  it('dropped members add up, and a security member is never dropped (A-12)', () => {
    const quirks = quirksFor(
      'generic',
      { droppedMembers: ['software_id', 'jwks_uri', 'scope'] },
      { droppedMembers: ['logo_uri', 'software_id'] },
    );
    expect(quirks.droppedMembers).toEqual(['software_id', 'logo_uri']);
  });
});
