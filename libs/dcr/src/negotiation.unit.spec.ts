import { describe, expect, it } from 'vitest';
import type { Capabilities } from './capabilities.js';
import { negotiateAuthMethod, negotiateSigningAlg } from './negotiation.js';
import { quirksFor } from './quirks.js';

const choose = (server: Partial<Capabilities>, client: { confidential?: boolean; vendor?: string; keysPossible?: boolean } = {}) =>
  negotiateAuthMethod({
    capabilities: { dynamicRegistration: true, ...server },
    quirks: quirksFor(client.vendor ?? 'generic'),
    confidential: client.confidential ?? true,
    keysPossible: client.keysPossible ?? true,
  });
const ALL = ['none', 'client_secret_post', 'client_secret_basic', 'private_key_jwt'];
const SMART = ['client-confidential-asymmetric'];

describe('the authentication method that nobody wrote', () => {
  it.each([
    ['strongest first', { authMethods: ALL }, {}, 'private_key_jwt'],
    ['then basic', { authMethods: ALL.slice(0, 3) }, {}, 'client_secret_basic'],
    ['then post', { authMethods: ALL.slice(0, 2) }, {}, 'client_secret_post'],
    ['then none, with PKCE', { authMethods: ['none'], codeChallengeMethods: ['S256'] }, { confidential: false }, 'none'],
    ['never none for a backend', { authMethods: ['none'] }, {}, 'private_key_jwt'],
    [
      'never none without PKCE',
      { authMethods: ['none', 'client_secret_post'], codeChallengeMethods: [] },
      { confidential: false },
      'client_secret_post',
    ],
    ['no key where none is verified', { authMethods: ALL, signingAlgs: ['HS256'] }, {}, 'client_secret_basic'],
    ['no key that cannot be handed over', { authMethods: ALL }, { keysPossible: false }, 'client_secret_basic'],
    ['an empty list means none (A-67)', { authMethods: [] }, { confidential: false }, 'none'],
    ['an unknown OAuth server: the default of RFC 8414', {}, {}, 'client_secret_basic'],
    ['SMART asymmetric', { smart: SMART }, {}, 'private_key_jwt'],
    [
      'SMART asymmetric before symmetric',
      { smart: ['client-confidential-symmetric', ...SMART] },
      { confidential: false },
      'private_key_jwt',
    ],
    ['SMART symmetric only', { smart: ['client-confidential-symmetric'] }, {}, 'client_secret_basic'],
    ['SMART public only', { smart: ['client-public'] }, { confidential: false }, 'none'],
    ['a SMART backend signs (F-01)', { smart: ['client-public'] }, {}, 'private_key_jwt'],
    ['what the vendor documents', {}, { vendor: 'epic' }, 'private_key_jwt'],
    ['discovery before the vendor', { authMethods: ['client_secret_post'] }, { vendor: 'epic' }, 'client_secret_post'],
  ] as const)('%s', (_rule, server, client, method) => {
    const choice = choose(server, client);
    expect(choice.value).toBe(method);
    expect(choice.reason).toMatch(/^[A-Z].*\.$/);
  });
});

describe('the algorithm that nobody wrote (F-01)', () => {
  it.each([
    ['ES384 where both are taken', ['RS384', 'ES384'], 'generic', 'ES384'],
    ['RS384 alone', ['RS384'], 'generic', 'RS384'],
    ['RS384 where the server is silent', undefined, 'generic', 'RS384'],
    ['what the vendor documents', undefined, 'eclinicalworks', 'RS384'],
    ['outside SMART, what there is', ['HS256', 'RS256', 'ES256'], 'generic', 'ES256'],
    ['RS384 where nothing fits, and the linter says so', ['HS256'], 'generic', 'RS384'],
  ] as const)('%s', (_rule, signingAlgs, vendor, alg) => {
    const capabilities = { dynamicRegistration: true, ...(signingAlgs === undefined ? {} : { signingAlgs }) };
    const choice = negotiateSigningAlg(capabilities, quirksFor(vendor));
    expect(choice.value).toBe(alg);
    expect(choice.reason).toMatch(/^[A-Z].*\.$/);
  });
});
