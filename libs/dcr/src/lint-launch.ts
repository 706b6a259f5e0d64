import { textOf, type ClientMetadata } from './client-metadata.js';
import { hitWhen, type LintRule } from './linter-rule.js';
import { splitScope } from './smart-scope.js';

function asks(document: ClientMetadata, ...scopes: readonly string[]): boolean {
  return splitScope(textOf(document, 'scope') ?? '').some((scope) => scopes.includes(scope));
}

/** How the application is started from the EHR or by itself, and what the SMART configuration says to that. */
export const LAUNCH_RULES: readonly LintRule[] = [
  {
    id: 'launch.url_missing',
    severity: 'warning',
    says: 'The EHR is to start this application, and is not told where.',
    mends: 'product_team',
    check: (document, { launchUrl }) =>
      hitWhen(asks(document, 'launch') && launchUrl === undefined && document['initiate_login_uri'] === undefined, 'initiate_login_uri'),
  },
  {
    id: 'launch.scope_missing',
    severity: 'warning',
    says: 'The EHR starts this application, but without the scope launch it does not learn for which patient.',
    mends: 'product_team',
    check: (document, { kind }) => hitWhen(kind === 'ehr_launch' && !asks(document, 'launch'), 'scope'),
  },
  {
    id: 'launch.user_without_openid',
    severity: 'warning',
    says: 'fhirUser and profile are read from the id token, which only the scope openid brings.',
    mends: 'product_team',
    check: (document) => hitWhen(asks(document, 'fhirUser', 'profile') && !asks(document, 'openid'), 'scope'),
  },
  {
    id: 'launch.ehr_not_announced',
    severity: 'warning',
    says: 'The SMART configuration does not name launch-ehr: this EHR may not start applications.',
    mends: 'ehr_administrator',
    check: (_document, { kind, capabilities }) => hitWhen(kind === 'ehr_launch' && capabilities.smart?.includes('launch-ehr') === false),
  },
  {
    id: 'launch.standalone_not_announced',
    severity: 'warning',
    says: 'The SMART configuration does not name launch-standalone: this EHR may refuse applications that start by themselves.',
    mends: 'ehr_administrator',
    check: (_document, { kind, capabilities }) =>
      hitWhen((kind === 'standalone' || kind === 'patient') && capabilities.smart?.includes('launch-standalone') === false),
  },
  {
    id: 'launch.offline_not_announced',
    severity: 'warning',
    says: 'The SMART configuration does not name permission-offline: offline access may not be granted.',
    mends: 'ehr_administrator',
    check: (document, { capabilities }) =>
      hitWhen(asks(document, 'offline_access') && capabilities.smart?.includes('permission-offline') === false, 'scope'),
  },
];
