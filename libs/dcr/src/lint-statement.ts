import { textOf, textsOf } from './client-metadata.js';
import { hitEach, hitWhen, type LintRule } from './linter-rule.js';
import { scopesBeyond } from './smart-scope-cover.js';
import { splitScope } from './smart-scope.js';
import { metadataClaims } from './software-statement-claims.js';

/** What a software statement does to the document (RFC 7591 section 2.3; ). */
export const STATEMENT_RULES: readonly LintRule[] = [
  {
    id: 'statement.missing',
    severity: 'warning',
    says: 'The server asks for a software statement, and there is none for this application: the registration will wait for one.',
    mends: 'product_team',
    check: (_document, { statement, quirks, capabilities }) =>
      hitWhen(statement === undefined && quirks.softwareStatement === 'required' && capabilities.dynamicRegistration),
  },
  {
    id: 'statement.overrides_member',
    severity: 'info',
    says: 'The software statement says this differently, and the server takes what the statement says.',
    mends: 'product_team',
    check: (document, { statement }) =>
      Object.entries(metadataClaims(statement?.claims ?? {}))
        .filter(([member, value]) => document[member] !== undefined && JSON.stringify(document[member]) !== JSON.stringify(value))
        .map(([member]) => ({ member })),
  },
  {
    id: 'statement.wider_than_application',
    severity: 'error',
    says: 'The software statement says more than the application is approved for by now.',
    mends: 'product_team',
    check: (_document, { statement, approved }) => {
      const claims = metadataClaims(statement?.claims ?? {});
      const redirects = textsOf(claims, 'redirect_uris').filter((uri) => !approved.redirectUris.includes(uri));
      return [
        ...hitEach('scope', scopesBeyond(splitScope(textOf(claims, 'scope') ?? ''), approved.scopes)),
        ...hitEach('redirect_uris', redirects),
      ];
    },
  },
];
