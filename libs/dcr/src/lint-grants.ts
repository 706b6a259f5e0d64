import { hasGrant, textsOf } from './client-metadata.js';
import { hitEach, hitWhen, type LintRule } from './linter-rule.js';
import { splitScope } from './smart-scope.js';

/** Grant types and response types: what fits together, and what this server gives. */
export const GRANT_RULES: readonly LintRule[] = [
  {
    id: 'grants.unsafe',
    severity: 'error',
    says: 'The implicit and password grants are never registered: they put tokens or passwords where they can be taken.',
    mends: 'product_team',
    check: (document) =>
      hitEach(
        'grant_types',
        textsOf(document, 'grant_types').filter((grant) => grant === 'implicit' || grant === 'password'),
      ),
  },
  {
    id: 'grants.missing',
    severity: 'error',
    says: 'No grant type is named, so the server would assume an authorization code client.',
    mends: 'product_team',
    check: (document) => hitWhen(textsOf(document, 'grant_types').length === 0, 'grant_types'),
  },
  {
    id: 'grants.response_type_without_grant',
    severity: 'error',
    says: 'The response type code needs the grant type authorization_code.',
    mends: 'product_team',
    check: (document) =>
      hitWhen(textsOf(document, 'response_types').includes('code') && !hasGrant(document, 'authorization_code'), 'response_types'),
  },
  {
    id: 'grants.grant_without_response_type',
    severity: 'error',
    says: 'The grant type authorization_code needs the response type code.',
    mends: 'product_team',
    check: (document) =>
      hitWhen(hasGrant(document, 'authorization_code') && !textsOf(document, 'response_types').includes('code'), 'response_types'),
  },
  {
    id: 'grants.unsafe_response_type',
    severity: 'error',
    says: 'This response type returns tokens through the browser, which is never registered.',
    mends: 'product_team',
    check: (document) =>
      hitEach(
        'response_types',
        textsOf(document, 'response_types').filter((type) => /\b(token|id_token)\b/.test(type)),
      ),
  },
  {
    id: 'grants.not_supported',
    severity: 'error',
    says: 'The server does not give this grant type.',
    mends: 'ehr_administrator',
    check: (document, { capabilities }) => {
      const given = capabilities.grantTypes;
      if (given === undefined) return [];
      // Servers that give refresh tokens often forget to announce the grant: grants.refresh_not_announced.
      const missing = textsOf(document, 'grant_types').filter((grant) => grant !== 'refresh_token' && !given.includes(grant));
      return hitEach('grant_types', missing);
    },
  },
  {
    id: 'grants.refresh_not_announced',
    severity: 'warning',
    says: 'The server does not announce refresh tokens: users may have to sign in again each hour.',
    mends: 'ehr_administrator',
    check: (document, { capabilities }) =>
      hitWhen(hasGrant(document, 'refresh_token') && capabilities.grantTypes?.includes('refresh_token') === false, 'grant_types'),
  },
  {
    id: 'grants.response_type_not_supported',
    severity: 'error',
    says: 'The server does not take this response type.',
    mends: 'ehr_administrator',
    check: (document, { capabilities }) => {
      const taken = capabilities.responseTypes;
      if (taken === undefined) return [];
      return hitEach(
        'response_types',
        textsOf(document, 'response_types').filter((type) => !taken.includes(type)),
      );
    },
  },
  {
    id: 'grants.refresh_without_code',
    severity: 'error',
    says: 'A refresh token is only given after an authorization code: a backend service asks for a new token instead.',
    mends: 'product_team',
    check: (document) => hitWhen(hasGrant(document, 'refresh_token') && !hasGrant(document, 'authorization_code'), 'grant_types'),
  },
  {
    id: 'grants.offline_without_refresh',
    severity: 'warning',
    says: 'Offline access is asked for without the grant type refresh_token, so it cannot be used.',
    mends: 'product_team',
    check: (document) => {
      const offline = splitScope(textsOf(document, 'scope').join(' ')).filter((scope) => /^(offline|online)_access$/.test(scope));
      return hasGrant(document, 'refresh_token') ? [] : hitEach('scope', offline);
    },
  },
  {
    id: 'grants.mixed',
    severity: 'warning',
    says: 'One client both signs people in and runs by itself. Some servers refuse that: make two applications.',
    mends: 'product_team',
    check: (document) => hitWhen(hasGrant(document, 'client_credentials') && hasGrant(document, 'authorization_code'), 'grant_types'),
  },
  {
    id: 'grants.backend_without_client_credentials',
    severity: 'error',
    says: 'A backend service needs the grant type client_credentials.',
    mends: 'product_team',
    check: (document, { kind }) => hitWhen(kind === 'backend' && !hasGrant(document, 'client_credentials'), 'grant_types'),
  },
];
