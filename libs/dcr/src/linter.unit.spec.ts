import { describe, expect, it } from 'vitest';
import type { JsonObject } from './json-value.js';
import type { LintContext } from './linter-rule.js';
import { lint, LINT_RULES } from './linter.js';
import { quirksFor } from './quirks.js';

const KEY = { kty: 'EC', crv: 'P-384', kid: 'k1', x: 'x', y: 'y' };
const METHOD = 'document.token_endpoint_auth_method';
const REDIRECTS = 'document.redirect_uris';
const SCOPE = 'document.scope';
const BOTH = ['authorization_code', 'client_credentials'];
const CODE = ['authorization_code'];
const A = 'https://a.example/cb';
const B = 'https://b.example/cb';
const APPROVED = { scopes: ['system/*.read', 'openid', 'launch', 'fhirUser', 'offline_access'], redirectUris: [A, B] };
const LIKED = { required: ['system/*.rs'], optional: ['system/*.cud'] };

/** [rule, kind, the one member that differs, its value in the broken example, in the clean one, what both have beside the plain document] */
type Example = readonly [string, 'backend' | 'launch', string, unknown, unknown, Record<string, unknown>?];
const EXAMPLES: readonly Example[] = [
  ['grants.unsafe', 'launch', 'document.grant_types', [...CODE, 'implicit'], CODE],
  ['grants.missing', 'launch', 'document.grant_types', undefined, CODE],
  ['grants.response_type_without_grant', 'backend', 'document.response_types', ['code'], []],
  ['grants.grant_without_response_type', 'launch', 'document.response_types', [], ['code']],
  ['grants.unsafe_response_type', 'launch', 'document.response_types', ['code', 'code id_token'], ['code']],
  ['grants.not_supported', 'backend', 'capabilities.grantTypes', CODE, BOTH],
  ['grants.refresh_not_announced', 'launch', 'document.grant_types', [...CODE, 'refresh_token'], CODE],
  ['grants.response_type_not_supported', 'launch', 'capabilities.responseTypes', [], ['code']],
  ['grants.refresh_without_code', 'backend', 'document.grant_types', ['client_credentials', 'refresh_token'], ['client_credentials']],
  ['grants.offline_without_refresh', 'launch', SCOPE, 'openid launch offline_access', 'openid launch'],
  ['grants.mixed', 'launch', 'document.grant_types', BOTH, CODE],
  ['grants.backend_without_client_credentials', 'backend', 'document.grant_types', CODE, ['client_credentials']],
  ['redirects.missing', 'launch', REDIRECTS, undefined, [A]],
  ['redirects.not_used', 'backend', REDIRECTS, [A], undefined],
  ['redirects.unsafe', 'launch', REDIRECTS, [A, 'https://b.example/#x'], [A, B]],
  ['redirects.loopback_in_production', 'launch', REDIRECTS, ['https://localhost/cb'], [A]],
  ['redirects.host_not_approved', 'launch', REDIRECTS, ['https://c.example/cb'], ['https://h1.a.example/cb']],
  ['redirects.duplicate', 'launch', REDIRECTS, [A, A], [A]],
  ['redirects.too_many', 'launch', REDIRECTS, [...Array(21).keys()].map((n) => `${A}/${n}`), [A]],
  ['redirects.post_logout_unsafe', 'launch', 'document.post_logout_redirect_uris', ['http://a.example/bye'], [A]],
  ['redirects.request_uri_unsafe', 'launch', 'document.request_uris', ['http://a.example/r'], ['https://a.example/r#h']],
  ['redirects.pkce_not_supported', 'launch', 'capabilities.codeChallengeMethods', ['plain'], ['S256']],
  ['redirects.pkce_not_announced', 'launch', 'capabilities.codeChallengeMethods', undefined, ['S256']],
  ['auth.method_not_spoken', 'launch', METHOD, 'tls_client_auth', 'client_secret_basic'],
  ['auth.method_not_supported', 'launch', METHOD, 'client_secret_post', 'client_secret_basic'],
  ['auth.alg_not_supported', 'backend', 'document.token_endpoint_auth_signing_alg', 'RS384', 'ES384'],
  ['auth.alg_missing', 'backend', 'document.token_endpoint_auth_signing_alg', undefined, 'ES384'],
  ['auth.alg_replaced', 'backend', 'asked.token_endpoint_auth_signing_alg', 'PS256', 'ES384'],
  ['auth.alg_not_smart', 'backend', 'document.token_endpoint_auth_signing_alg', 'ES256', 'ES384'],
  ['auth.public_backend', 'backend', METHOD, 'none', 'private_key_jwt'],
  ['auth.secret_for_smart_backend', 'backend', METHOD, 'client_secret_basic', 'private_key_jwt'],
  ['auth.asymmetric_not_announced', 'backend', 'capabilities.smart', [], undefined, { 'capabilities.authMethods': undefined }],
  ['auth.public_not_announced', 'launch', METHOD, 'none', 'client_secret_basic'],
  ['keys.missing', 'backend', 'document.jwks_uri', undefined, 'https://r.example/jwks/1'],
  ['keys.twice', 'backend', 'document.jwks', { keys: [KEY] }, undefined],
  ['keys.uri_not_https', 'backend', 'document.jwks_uri', 'http://r.example/jwks/1', 'https://r.example/jwks/1'],
  ['keys.uri_not_fetchable', 'backend', 'context.jwksUriFetchable', false, true],
  ['keys.uri_not_taken', 'backend', 'quirks.jwksMode', ['inline'], ['uri']],
  ['keys.inline_not_taken', 'backend', 'quirks.jwksMode', ['uri'], ['uri', 'inline'], { 'document.jwks': { keys: [KEY] } }],
  ['keys.private', 'backend', 'document.jwks', { keys: [{ ...KEY, d: 'd' }] }, { keys: [KEY] }],
  ['keys.kid', 'backend', 'document.jwks', { keys: [KEY, KEY] }, { keys: [KEY, { ...KEY, kid: 'k2' }] }],
  ['scopes.malformed', 'backend', SCOPE, 'system/*.dus', 'system/*.rs'],
  ['scopes.backend_user_context', 'backend', SCOPE, 'system/*.rs patient/*.rs', 'system/*.rs'],
  ['scopes.system_without_backend', 'launch', SCOPE, 'openid launch system/*.rs', 'openid launch'],
  ['scopes.none_for_backend', 'backend', SCOPE, undefined, 'system/*.rs'],
  ['scopes.required_not_supported', 'backend', 'capabilities.scopes', ['system/Patient.rs'], ['system/*.read']],
  ['scopes.required_not_listed', 'backend', 'capabilities.scopes', ['openid'], ['openid', 'system/*.read']],
  ['scopes.required_left_out', 'backend', SCOPE, 'system/Patient.rs', 'system/*.read'],
  ['scopes.optional_left_out', 'backend', 'context.scope', LIKED, { ...LIKED, optional: [] }, { 'capabilities.scopes': ['system/*.rs'] }],
  ['scopes.wider_than_application', 'backend', SCOPE, 'system/*.cruds', 'system/*.read'],
  ['scopes.version_not_taken', 'backend', SCOPE, 'system/*.r', 'system/*.read', { 'capabilities.smart': ['permission-v1'] }],
  [
    'launch.url_missing',
    'launch',
    'context.launchUrl',
    undefined,
    'https://a.example/launch',
    { 'document.initiate_login_uri': undefined },
  ],
  ['launch.scope_missing', 'launch', SCOPE, 'openid', 'openid launch'],
  ['launch.user_without_openid', 'launch', SCOPE, 'launch fhirUser', 'launch openid fhirUser'],
  ['launch.ehr_not_announced', 'launch', 'capabilities.smart', ['launch-standalone'], ['launch-ehr']],
  ['launch.standalone_not_announced', 'launch', 'capabilities.smart', ['launch-ehr'], ['launch-standalone'], { 'context.kind': 'patient' }],
  ['launch.offline_not_announced', 'launch', SCOPE, 'openid launch offline_access', 'openid launch'],
  ['names.missing', 'backend', 'document.client_name', undefined, 'Sync'],
  ['names.too_long', 'backend', 'document.client_name', 'x'.repeat(101), 'x'.repeat(100)],
  ['names.tagged_without_default', 'backend', 'document.tos_uri#de', 'https://a.example/agb', undefined],
  ['names.tagged_at_strict_server', 'backend', 'quirks.unknownFieldPolicy', 'refuse', 'ignore', { 'asked.client_name#de': 'Abgleich' }],
  ['names.page_not_https', 'backend', 'document.logo_uri', 'http://a.example/logo.png', 'https://a.example/logo.png'],
  ['names.contact_malformed', 'backend', 'document.contacts', ['call me'], ['it@a.example', 'mailto:it@a.example']],
  ['names.version_without_software', 'backend', 'asked.software_id', undefined, 'b1a2', { 'asked.software_version': '1.2' }],
  ['openid.id_token_unsigned', 'launch', 'document.id_token_signed_response_alg', 'none', 'ES384'],
  ['openid.sector_missing', 'launch', REDIRECTS, [A, B], [A], { 'document.subject_type': 'pairwise' }],
  ['openid.sector_not_https', 'launch', 'document.sector_identifier_uri', 'http://a.example/s.json', 'https://a.example/s.json'],
  ['openid.launch_not_https', 'launch', 'document.initiate_login_uri', 'http://a.example/launch', 'https://a.example/launch'],
  ['openid.logout_not_https', 'launch', 'document.backchannel_logout_uri', 'http://a.example/out', 'https://a.example/out'],
  ['openid.application_type_missing', 'launch', 'document.application_type', undefined, 'web'],
  ['server.no_registration_endpoint', 'backend', 'capabilities.dynamicRegistration', false, true],
  [
    'server.member_left_out',
    'backend',
    'document.software_id',
    undefined,
    'b1a2',
    { 'asked.software_id': 'b1a2', 'quirks.droppedMembers': ['software_id'] },
  ],
  ['server.attempt_not_marked', 'backend', 'document.software_version', '1.2', '1.2+7K3Q', { 'context.marker': '7K3Q' }],
  ['statement.missing', 'backend', 'quirks.softwareStatement', 'required', 'optional'],
  [
    'statement.overrides_member',
    'backend',
    'document.client_name',
    'Sync',
    'Synchronizer',
    { 'context.statement': { claims: { client_name: 'Synchronizer' } } },
  ],
  [
    'statement.wider_than_application',
    'backend',
    'context.statement',
    { claims: { redirect_uris: ['https://c.example/cb'] } },
    { claims: { redirect_uris: [A] } },
  ],
];

const CASES = EXAMPLES.map((example) => ({ rule: example[0], member: example[2], example }));

const PLAIN: Record<'backend' | 'launch', Record<string, Record<string, unknown>>> = {
  backend: {
    document: {
      client_name: 'Sync',
      grant_types: ['client_credentials'],
      response_types: [],
      scope: 'system/*.rs',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES384',
      jwks_uri: 'https://r.example/jwks/1',
    },
    capabilities: {
      dynamicRegistration: true,
      authMethods: ['private_key_jwt'],
      signingAlgs: ['ES384'],
      smart: ['client-confidential-asymmetric'],
    },
    context: { kind: 'backend', scope: { required: ['system/*.rs'], optional: [] } },
  },
  launch: {
    document: {
      client_name: 'Akte',
      application_type: 'web',
      grant_types: CODE,
      response_types: ['code'],
      redirect_uris: [A],
      initiate_login_uri: 'https://a.example/launch',
      scope: 'openid launch',
      token_endpoint_auth_method: 'client_secret_basic',
    },
    capabilities: {
      dynamicRegistration: true,
      authMethods: ['client_secret_basic'],
      grantTypes: CODE,
      codeChallengeMethods: ['S256'],
      smart: ['launch-ehr'],
    },
    context: { kind: 'ehr_launch', scope: { required: ['launch'], optional: ['openid', 'fhirUser', 'offline_access'] }, openid: true },
  },
};

function partsOf([, kind, member, broken, clean, given]: Example, which: 'broken' | 'clean'): Record<string, Record<string, unknown>> {
  const plain: Record<string, Record<string, unknown>> = { asked: {}, quirks: { ...quirksFor('generic') }, ...PLAIN[kind] };
  const parts = structuredClone(plain);
  for (const [path, value] of Object.entries({ ...given, [member]: which === 'broken' ? broken : clean })) {
    const part = parts[path.split('.', 1)[0] ?? ''] ?? {};
    const name = path.slice(path.indexOf('.') + 1);
    if (value === undefined) Reflect.deleteProperty(part, name);
    else part[name] = value;
  }
  return parts;
}

function idsOf(example: Example, which: 'broken' | 'clean', rules = LINT_RULES): string[] {
  const { document, capabilities, quirks, asked, context } = partsOf(example, which);
  const around = {
    environment: 'production',
    loopbackAllowed: false,
    origins: {},
    writtenScopes: [],
    approved: APPROVED,
    capabilities,
    quirks,
    asked,
  };
  return lint(document as JsonObject, { ...around, ...context } as unknown as LintContext, rules).map((finding) => finding.id);
}

describe('every rule of the linter', () => {
  it('has one example, an id of its own and whole sentences', () => {
    const ids = LINT_RULES.map((rule) => rule.id);
    expect(ids.length).toBeGreaterThanOrEqual(30);
    expect(new Set(ids).size).toBe(ids.length);
    expect(EXAMPLES.map(([rule]) => rule)).toEqual(ids);
    for (const { id, says } of LINT_RULES) {
      expect(id).toMatch(/^[a-z]+\.[a-z0-9_]+$/);
      expect(says).toMatch(/^[A-Za-z].*\.$/);
    }
  });

  it.each(CASES)('$rule: only $member differs, and only the broken one is found', ({ rule, member, example }) => {
    const flat = (which: 'broken' | 'clean') =>
      Object.entries(partsOf(example, which)).flatMap(([part, held]) =>
        Object.entries(held).map(([name, value]) => `${part}.${name}=${JSON.stringify(value)}`),
      );
    const [broken, clean] = [flat('broken'), flat('clean')];
    const differing = [...broken.filter((entry) => !clean.includes(entry)), ...clean.filter((entry) => !broken.includes(entry))];
    expect(new Set(differing.map((entry) => entry.split('=', 1)[0]))).toEqual(new Set([member]));
    expect(idsOf(example, 'broken')).toContain(rule);
    expect(idsOf(example, 'clean')).not.toContain(rule);
  });

  it.each(CASES)('$rule: nothing else says it when the rule is switched off', ({ rule, example }) => {
    const others = LINT_RULES.filter((each) => each.id !== rule);
    expect(others).toHaveLength(LINT_RULES.length - 1);
    expect(idsOf(example, 'broken', others)).toEqual(idsOf(example, 'broken').filter((id) => id !== rule));
  });

  it('names the member, the value and who mends it, and cuts what is long', () => {
    const uri = `https://a.example/${'x'.repeat(500)}`;
    const rules = LINT_RULES.filter((rule) => rule.id === 'redirects.duplicate');
    const [finding] = lint({ redirect_uris: [uri, uri] }, {} as LintContext, rules);
    expect(finding).toMatchObject({ severity: 'warning', member: 'redirect_uris', mends: 'product_team' });
    expect(finding?.says).toMatch(/^A redirect URI is listed twice\. \(https:\/\/a\.example\/x+\)$/);
    expect(finding?.says.length).toBeLessThan(220);
  });
});
