import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClientMetadata } from './client-metadata.js';
import { effectiveDocument } from './effective-document.js';
import type { DocumentContext, DocumentLayers } from './effective-document-input.js';
import { quirksFor } from './quirks.js';

const keys = [{ kty: 'EC', crv: 'P-384', kid: 'k1', x: 'x', y: 'y', d: 'private', k: 'private' }];
const backend: DocumentLayers = {
  application: { client_name: 'Sync' },
  kind: 'backend',
  scope: { required: ['system/Patient.rs'], optional: [] },
};
const launch: DocumentLayers = {
  application: { client_name: 'Akte', redirect_uris: ['https://App.example'] },
  kind: 'ehr_launch',
  scope: { required: ['openid', 'launch'], optional: [] },
};
const context = (more: Partial<DocumentContext> & { vendor?: string; server?: object } = {}): DocumentContext => ({
  capabilities: { dynamicRegistration: true, authMethods: ['private_key_jwt'], signingAlgs: ['ES384', 'RS384'], ...more.server },
  quirks: quirksFor(more.vendor ?? 'generic'),
  environment: 'sandbox',
  jwksUri: 'https://registrar.example/jwks/jks_1',
  jwks: { keys },
  loopbackAllowed: false,
  ...more,
});

describe('the effective document', () => {
  it('of a backend service says what a server would otherwise assume wrongly (A-04)', () => {
    expect(effectiveDocument(backend, context())).toMatchObject({
      document: {
        client_name: 'Sync',
        grant_types: ['client_credentials'],
        response_types: [],
        scope: 'system/Patient.rs',
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'ES384',
        jwks_uri: 'https://registrar.example/jwks/jks_1',
      },
      origins: {
        client_name: 'application',
        grant_types: 'default',
        response_types: 'default',
        scope: 'application',
        token_endpoint_auth_method: 'negotiated',
        token_endpoint_auth_signing_alg: 'negotiated',
        jwks_uri: 'registrar',
      },
      authMethod: 'private_key_jwt',
      signingAlg: 'ES384',
      jwksMode: 'uri',
      marker: 'none',
    });
    expect(effectiveDocument(backend, context()).document).not.toHaveProperty('redirect_uris');
  });

  it('of an application that people sign in to has the code flow, its redirect URIs byte for byte, and its kind at an OpenID server (A-07, A-15)', () => {
    const made = effectiveDocument(
      { ...launch, launchUrl: 'https://app.example/launch' },
      context({ server: { authMethods: ['client_secret_basic'] } }),
    );
    expect(made.document).toEqual({
      client_name: 'Akte',
      application_type: 'web',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      redirect_uris: ['https://App.example'],
      initiate_login_uri: 'https://app.example/launch',
      scope: 'openid launch',
      token_endpoint_auth_method: 'client_secret_basic',
    });
    expect(made).toMatchObject({ jwksMode: 'none', authMethod: 'client_secret_basic' });
    expect(made).not.toHaveProperty('signingAlg');
  });

  it('asks for the refresh grant where offline access is asked for, unless the server has none', () => {
    const offline = { ...launch, scope: { required: ['offline_access'], optional: [] } };
    expect(effectiveDocument(offline, context()).document['grant_types']).toEqual(['authorization_code', 'refresh_token']);
    const without = context({ server: { grantTypes: ['authorization_code'] } });
    expect(effectiveDocument(offline, without).document['grant_types']).toEqual(['authorization_code']);
  });

  it('takes the last layer that speaks, member by member', () => {
    const value = fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined });
    fc.assert(
      fc.property(value, value, value, (revision, ehr, registration) => {
        const layer = (text: string | undefined): ClientMetadata => (text === undefined ? {} : { client_name: text });
        const layers = { ...backend, application: layer(revision), ehrOverride: layer(ehr), registrationOverride: layer(registration) };
        const { document, origins } = effectiveDocument(layers, context());
        expect(document['client_name']).toBe(registration ?? ehr ?? revision);
        const last = registration !== undefined ? 'registration_override' : ehr !== undefined ? 'ehr_override' : 'application';
        expect(origins['client_name']).toBe(document['client_name'] === undefined ? undefined : last);
      }),
    );
  });

  it('has no null, no empty text and no empty list but the meant one, an origin for each member, and one key order (A-03)', () => {
    const member = fc.constantFrom('client_name', 'contacts', 'logo_uri', 'software_id', 'client_name#de', 'redirect_uris');
    const layer = fc.dictionary(member, fc.constantFrom(null, '', [], 'https://a.example', ['https://a.example/cb']));
    fc.assert(
      fc.property(layer, layer, fc.boolean(), (first, second, isBackend) => {
        const layers = { ...(isBackend ? backend : launch), application: first, ehrOverride: second };
        const { document, origins } = effectiveDocument(layers, context());
        const text = JSON.stringify({ ...document, response_types: 0 });
        expect(text).not.toMatch(/null|""|\[\]/);
        expect(Object.keys(origins).sort()).toEqual(Object.keys(document).sort());
        const swapped = { ...layers, application: Object.fromEntries(Object.entries(first).reverse()) };
        expect(JSON.stringify(effectiveDocument(swapped, context()).document)).toBe(JSON.stringify(document));
      }),
    );
  });

  it.each([
    ['generic', {}, 'uri'],
    ['generic', { jwksUriFetchable: false }, 'inline'],
    ['duende', {}, 'inline'],
    ['spring', {}, 'uri'],
  ] as const)('hands keys over as %s takes them %j: %s (A-08)', (vendor, more, mode) => {
    const { document, jwksMode } = effectiveDocument(backend, context({ vendor, ...more }));
    expect(jwksMode).toBe(mode);
    expect(Object.keys(document).filter((member) => member.startsWith('jwks'))).toEqual([mode === 'uri' ? 'jwks_uri' : 'jwks']);
  });

  it('tells how keys are wanted before there are any', () => {
    const { capabilities, quirks, environment, loopbackAllowed } = context();
    const bare = { capabilities, quirks, environment, loopbackAllowed, jwksUriFetchable: false };
    expect(effectiveDocument(backend, bare)).toMatchObject({ jwksMode: 'inline', signingAlg: 'ES384' });
  });

  it('never copies a private member of a key (A-09)', () => {
    expect(effectiveDocument(backend, context({ vendor: 'duende' })).document['jwks']).toEqual({
      keys: [{ kty: 'EC', kid: 'k1', crv: 'P-384', x: 'x', y: 'y' }],
    });
  });

  it('takes no key from a layer (T10)', () => {
    const layers = { ...backend, registrationOverride: { jwks_uri: 'https://evil.example/jwks', jwks: { keys: [] } } };
    expect(effectiveDocument(layers, context()).document).toMatchObject({ jwks_uri: 'https://registrar.example/jwks/jks_1' });
    const secret = context({ server: { authMethods: ['client_secret_basic'] } });
    expect(Object.keys(effectiveDocument(layers, secret).document)).not.toContain('jwks_uri');
  });

  it('sends the algorithm with private_key_jwt only (A-10)', () => {
    const application = { token_endpoint_auth_signing_alg: 'RS384' };
    expect(effectiveDocument({ ...backend, application }, context())).toMatchObject({ signingAlg: 'RS384' });
    const { document } = effectiveDocument({ ...backend, application }, context({ server: { authMethods: ['client_secret_post'] } }));
    expect(document).not.toHaveProperty('token_endpoint_auth_signing_alg');
  });

  it.each([
    ['generic', { client_name: 'Sync', software_version: '1.2' }, 'software_version', '1.2+7K3Q'],
    ['generic', { client_name: 'Sync' }, 'software_version', '7K3Q'],
    ['keycloak', { client_name: 'Sync' }, 'client_name', 'Sync [ref 7K3Q]'],
    ['keycloak', {}, 'software_version', '7K3Q'],
  ] as const)('marks the attempt where %s keeps it', (vendor, application, member, value) => {
    const made = effectiveDocument({ ...backend, application }, context({ vendor, marker: '7K3Q' }));
    expect(made.marker).toBe(member);
    expect(made.document[member]).toBe(value);
  });

  it('marks nothing at a portal, and passes a member by that the server destroys', () => {
    expect(effectiveDocument(backend, context({ vendor: 'epic', marker: '7K3Q' })).marker).toBe('none');
    const quirks = quirksFor('generic', { droppedMembers: ['software_version'] });
    expect(effectiveDocument(backend, context({ quirks, marker: '7K3Q' }))).toMatchObject({ marker: 'client_name' });
  });

  it('leaves out what the server chokes on, and other languages at a strict server (A-11, A-12)', () => {
    const application = {
      client_name: 'Sync',
      'client_name#de': 'Abgleich',
      logo_uri: 'https://a.example',
      'logo_uri#de': 'https://a.example/de',
    };
    const quirks = quirksFor('generic', { droppedMembers: ['logo_uri'] });
    const members = (more: Partial<DocumentContext>) => Object.keys(effectiveDocument({ ...backend, application }, context(more)).document);
    expect(members({ quirks }).filter((member) => /name|logo/.test(member))).toEqual(['client_name', 'client_name#de']);
    expect(members({ quirks: quirksFor('keycloak') })).not.toContain('client_name#de');
  });
});

describe('the scope that is asked for', () => {
  const scopeAt = (server: object, required: string[], optional: string[] = [], override?: string) =>
    effectiveDocument(
      { ...backend, scope: { required, optional }, ...(override === undefined ? {} : { ehrOverride: { scope: override } }) },
      context({ server }),
    ).document['scope'];

  it.each([
    ['unknown list: everything', {}, ['system/*.rs'], ['system/*.cud'], 'system/*.rs system/*.cud'],
    ['optional left out', { scopes: ['system/*.read'] }, ['system/*.rs'], ['system/*.cud'], 'system/*.read'],
    ['optional kept within a wider one', { scopes: ['system/*.rs'] }, [], ['system/Patient.read'], 'system/Patient.read'],
    ['required stays, for the list need not be complete', { scopes: [] }, ['system/*.rs'], [], 'system/*.rs'],
    ['each once', { scopes: ['system/*.read'] }, ['system/*.rs', 'system/*.read'], ['system/*.rs'], 'system/*.read'],
    ['nothing asked, nothing sent', {}, [], [], undefined],
  ])('%s', (_rule, server, required, optional, scope) => {
    expect(scopeAt(server, required, optional)).toBe(scope);
  });

  it('that an override spells is sent as it stands', () => {
    expect(scopeAt({ scopes: ['system/*.rs'] }, ['system/*.rs'], [], 'system/*.read')).toBe('system/*.read');
  });
});
