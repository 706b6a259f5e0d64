import { hasGrant, textOf, type ClientMetadata } from './client-metadata.js';
import { hitEach, hitWhen, type LintContext, type LintRule } from './linter-rule.js';
import { parseScope, splitScope } from './smart-scope.js';
import { scopesBeyond } from './smart-scope-cover.js';

const SIGN_IN = /^(openid|fhirUser|profile|launch(\/.*)?|offline_access|online_access)$/;

function scopesOf(document: ClientMetadata): string[] {
  return splitScope(textOf(document, 'scope') ?? '');
}

function contextOf(scope: string): string | undefined {
  const parsed = parseScope(scope);
  return typeof parsed === 'string' ? undefined : parsed.context;
}

// An override that spells the scope is somebody's word that this server takes it.
function isOverridden({ origins }: LintContext): boolean {
  return origins['scope'] === 'ehr_override' || origins['scope'] === 'registration_override';
}

/** Required scopes that the server's list does not cover: certain where the list speaks of such scopes at all. */
function notListed(context: LintContext): { certain: string[]; unsure: string[] } {
  const listed = context.capabilities.scopes;
  if (listed === undefined || isOverridden(context)) return { certain: [], unsure: [] };
  const contexts = new Set(listed.map(contextOf));
  const missing = scopesBeyond([...context.scope.required, ...context.writtenScopes], listed);
  const certain = missing.filter((scope) => listed.length === 0 || contexts.has(contextOf(scope)));
  return { certain, unsure: missing.filter((scope) => !certain.includes(scope)) };
}

/** What the client may ask for: well-formed, fitting the application, and no more than was approved. */
export const SCOPE_RULES: readonly LintRule[] = [
  {
    id: 'scopes.malformed',
    severity: 'error',
    says: 'A scope is not well-formed. SMART scopes look like patient/Observation.rs, with the letters in the order cruds.',
    mends: 'product_team',
    check: (document) =>
      hitEach(
        'scope',
        scopesOf(document).filter((scope) => parseScope(scope) === 'malformed'),
      ),
  },
  {
    id: 'scopes.backend_user_context',
    severity: 'error',
    says: 'A backend service has no user, patient or launch: its scopes are system/… only.',
    mends: 'product_team',
    check: (document, { kind }) => {
      const wrong = scopesOf(document).filter((scope) => SIGN_IN.test(scope) || ['user', 'patient'].includes(contextOf(scope) ?? ''));
      return kind === 'backend' ? hitEach('scope', wrong) : [];
    },
  },
  {
    id: 'scopes.system_without_backend',
    severity: 'error',
    says: 'Scopes that start with system/ are for clients that run by themselves, with the grant type client_credentials.',
    mends: 'product_team',
    check: (document) =>
      hasGrant(document, 'client_credentials')
        ? []
        : hitEach(
            'scope',
            scopesOf(document).filter((scope) => contextOf(scope) === 'system'),
          ),
  },
  {
    id: 'scopes.none_for_backend',
    severity: 'warning',
    says: 'A SMART backend service names its scopes in every token request, and this application has none.',
    mends: 'product_team',
    check: (document, { kind, capabilities }) =>
      hitWhen(kind === 'backend' && capabilities.smart !== undefined && scopesOf(document).length === 0, 'scope'),
  },
  {
    id: 'scopes.required_not_supported',
    severity: 'error',
    says: 'The server lists the scopes that it takes, and one that the application requires is not among them.',
    mends: 'ehr_administrator',
    check: (_document, context) => hitEach('scope', notListed(context).certain),
  },
  {
    id: 'scopes.required_not_listed',
    severity: 'warning',
    says: 'The server does not list a scope that the application requires, nor any of its kind. It is asked for all the same.',
    mends: 'ehr_administrator',
    check: (_document, context) => hitEach('scope', notListed(context).unsure),
  },
  {
    id: 'scopes.required_left_out',
    severity: 'error',
    says: 'An override leaves out a scope that the application requires.',
    mends: 'customer_success',
    check: (document, { scope }) => hitEach('scope', scopesBeyond(scope.required, scopesOf(document))),
  },
  {
    id: 'scopes.optional_left_out',
    severity: 'info',
    says: 'A scope that the application would like is left out, because the server does not list it.',
    mends: 'ehr_administrator',
    check: (document, { scope, capabilities }) =>
      capabilities.scopes === undefined
        ? []
        : hitEach('scope', scopesBeyond(scope.optional, [...scopesOf(document), ...capabilities.scopes])),
  },
  {
    id: 'scopes.wider_than_application',
    severity: 'error',
    says: 'An override asks for more than the application was approved for.',
    mends: 'product_team',
    check: (document, { approved }) => hitEach('scope', scopesBeyond(scopesOf(document), approved.scopes)),
  },
  {
    id: 'scopes.version_not_taken',
    severity: 'warning',
    says: 'The server reads version 1 scopes only, which cannot say this one; it may grant something else.',
    mends: 'product_team',
    check: (document, { capabilities }) => {
      const onlyV1 = capabilities.smart?.includes('permission-v1') === true && !capabilities.smart.includes('permission-v2');
      const v2 = scopesOf(document).filter((scope) => {
        const parsed = parseScope(scope);
        return typeof parsed !== 'string' && parsed.syntax === 'v2';
      });
      return onlyV1 ? hitEach('scope', v2) : [];
    },
  },
];
