import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { ClientMetadata } from './client-metadata.js';
import { effectiveDocument } from './effective-document.js';
import { LINT_RULES } from './linter.js';
import { quirksFor } from './quirks.js';

describe('the effective document of an ordinary application', () => {
  const servers = ['generic', 'node_oidc_provider', 'keycloak', 'hydra', 'spring', 'duende', 'epic', 'eclinicalworks'];
  it.each(servers)('has nothing that forbids to send it to %s', (vendor) => {
    const context = {
      capabilities: { dynamicRegistration: true, codeChallengeMethods: ['S256'] },
      quirks: quirksFor(vendor),
      environment: 'production' as const,
      jwksUri: 'https://registrar.example/jwks/jks_1',
      jwks: { keys: [{ kty: 'EC', kid: 'k1', crv: 'P-384', x: 'x', y: 'y' }] },
      marker: '7K3Q',
      loopbackAllowed: false,
    };
    const application: ClientMetadata = { client_name: 'Akte', 'client_name#de': 'Akte', contacts: ['it@app.example'] };
    const scope = { required: ['system/Patient.rs'], optional: ['system/*.cruds'] };
    const backend = effectiveDocument({ application, kind: 'backend', scope }, context);
    const login = { ...application, redirect_uris: ['https://app.example/cb'] };
    const launch = effectiveDocument(
      { application: login, kind: 'ehr_launch', scope: { required: ['openid', 'launch'], optional: [] } },
      context,
    );
    expect([...backend.findings, ...launch.findings].filter((finding) => finding.severity === 'error')).toEqual([]);
  });

  it('says what contradicts the server instead of throwing', () => {
    const context = {
      capabilities: {
        dynamicRegistration: false,
        authMethods: [],
        grantTypes: [],
        responseTypes: [],
        scopes: [],
        signingAlgs: [],
        smart: [],
      },
      quirks: quirksFor('generic'),
      environment: 'production' as const,
      loopbackAllowed: false,
    };
    const { findings } = effectiveDocument(
      { application: {}, kind: 'backend', scope: { required: ['system/*.rs'], optional: [] } },
      context,
    );
    const errors = findings.filter((finding) => finding.severity === 'error').map((finding) => finding.id);
    expect(errors).toEqual([
      'grants.not_supported',
      'auth.method_not_supported',
      'auth.alg_not_supported',
      'keys.missing',
      'scopes.required_not_supported',
    ]);
  });

  it('stops an override that asks for more than the application may have (T10)', () => {
    const context = {
      capabilities: { dynamicRegistration: true },
      quirks: quirksFor('generic'),
      environment: 'sandbox' as const,
      loopbackAllowed: false,
    };
    const layers = {
      application: { client_name: 'Sync' },
      kind: 'backend' as const,
      scope: { required: ['system/Patient.rs'], optional: [] },
    };
    const { findings } = effectiveDocument({ ...layers, registrationOverride: { scope: 'system/Patient.read system/*.cud' } }, context);
    expect(findings.filter((finding) => finding.severity === 'error').map(({ id, says }) => `${id} ${says.split('(')[1] ?? ''}`)).toEqual([
      'scopes.wider_than_application system/*.cud)',
    ]);
  });

  it('judges a backend service as what its product team makes of it at one EHR, and no registration may do that', () => {
    const context = {
      capabilities: { dynamicRegistration: true, authMethods: ['client_secret_basic', 'none'], codeChallengeMethods: ['S256'] },
      quirks: quirksFor('generic'),
      environment: 'sandbox' as const,
      loopbackAllowed: false,
    };
    const layers = {
      application: { client_name: 'Sync', grant_types: ['client_credentials'] },
      kind: 'backend' as const,
      scope: { required: ['system/Patient.rs'], optional: ['system/*.rs'] },
    };
    const signIn = {
      grant_types: ['authorization_code'],
      redirect_uris: ['https://app.example/cb'],
      scope: 'openid launch patient/Patient.rs',
      initiate_login_uri: 'https://app.example/launch',
    };
    const made = effectiveDocument({ ...layers, ehrOverride: signIn }, context);
    expect(made.findings.filter((finding) => finding.severity === 'error')).toEqual([]);
    // It keeps its secret where it is: its own back end.
    expect(made.document).toMatchObject({ response_types: ['code'], token_endpoint_auth_method: 'client_secret_basic' });
    const refused = effectiveDocument({ ...layers, registrationOverride: signIn }, context).findings.map(({ id }) => id);
    expect(refused).toEqual(expect.arrayContaining(['grants.backend_without_client_credentials', 'scopes.required_left_out']));
    const mixed = effectiveDocument(
      { ...layers, ehrOverride: { ...signIn, grant_types: ['authorization_code', 'client_credentials'] } },
      context,
    );
    expect(mixed.findings.map(({ id }) => id)).toContain('scopes.backend_user_context');
  });

  it('lets an override for the EHR ask for more: that is the product team speaking', () => {
    const context = {
      capabilities: { dynamicRegistration: true },
      quirks: quirksFor('generic'),
      environment: 'sandbox' as const,
      loopbackAllowed: false,
      jwksUri: 'https://registrar.example/jwks/jks_1',
    };
    const layers = {
      application: { client_name: 'Sync', 'client_name#de': 'a' },
      kind: 'backend' as const,
      scope: { required: [], optional: [] },
    };
    const made = effectiveDocument({ ...layers, ehrOverride: { scope: 'system/*.cud', 'client_name#DE': 'b' } }, context);
    expect(made.findings.filter((finding) => finding.severity === 'error')).toEqual([]);
    expect(made.document).toMatchObject({ scope: 'system/*.cud', 'client_name#DE': 'b' });
    expect(made.document).not.toHaveProperty('client_name#de');
  });
});

describe('the README', () => {
  it('has the table of the rules as they are', async () => {
    const rows = LINT_RULES.map(({ id, severity, says, mends }) => `| \`${id}\` | ${severity} | ${says} | ${mends.replaceAll('_', ' ')} |`);
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    expect(readme.split('\n').filter((line) => /^\| `[a-z]+\.[a-z_0-9]+` \|/.test(line))).toEqual(rows);
  });
});
