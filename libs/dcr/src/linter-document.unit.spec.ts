import { describe, expect, it } from 'vitest';
import type { ClientMetadata } from './client-metadata.js';
import { effectiveDocument } from './effective-document.js';
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
});
