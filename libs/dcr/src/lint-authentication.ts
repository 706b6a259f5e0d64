import { hasGrant, textOf } from './client-metadata.js';
import { hitWhen, type LintRule } from './linter-rule.js';
import { AUTH_METHODS } from './negotiation.js';

const METHOD = 'token_endpoint_auth_method';
const ALG = 'token_endpoint_auth_signing_alg';

/** How the client proves itself. */
export const AUTHENTICATION_RULES: readonly LintRule[] = [
  {
    id: 'auth.method_not_spoken',
    severity: 'error',
    says: `The authentication method is none of ${AUTH_METHODS.join(', ')}.`,
    mends: 'product_team',
    check: (document) => hitWhen(!AUTH_METHODS.some((method) => method === document[METHOD]), METHOD),
  },
  {
    id: 'auth.method_not_supported',
    severity: 'error',
    says: 'The server does not take this authentication method.',
    mends: 'product_team',
    check: (document, { capabilities }) => {
      const method = textOf(document, METHOD) ?? '';
      return hitWhen(capabilities.authMethods?.includes(method) === false, METHOD, method);
    },
  },
  {
    id: 'auth.alg_not_supported',
    severity: 'error',
    says: 'The server does not verify this signing algorithm.',
    mends: 'ehr_administrator',
    check: (document, { capabilities, quirks }) => {
      const alg = textOf(document, ALG);
      return hitWhen(alg !== undefined && (capabilities.signingAlgs ?? quirks.signingAlgs)?.includes(alg) === false, ALG, alg);
    },
  },
  {
    id: 'auth.alg_missing',
    severity: 'error',
    says: 'Without a signing algorithm some servers accept RS256 only, and refuse every other signature.',
    mends: 'registrar_operator',
    check: (document) => hitWhen(document[METHOD] === 'private_key_jwt' && textOf(document, ALG) === undefined, ALG),
  },
  {
    id: 'auth.alg_replaced',
    severity: 'info',
    says: 'The signing algorithm that was written is not used: the method needs none, or Registrar does not sign with it.',
    mends: 'product_team',
    check: (document, { asked }) => {
      const alg = textOf(asked, ALG);
      return hitWhen(alg !== undefined && alg !== document[ALG], ALG, alg);
    },
  },
  {
    id: 'auth.alg_not_smart',
    severity: 'warning',
    says: 'SMART servers are bound to ES384 and RS384 only; another algorithm may stop working.',
    mends: 'ehr_administrator',
    check: (document, { capabilities }) => {
      const alg = textOf(document, ALG);
      return hitWhen(capabilities.smart !== undefined && alg !== undefined && !['ES384', 'RS384'].includes(alg), ALG, alg);
    },
  },
  {
    id: 'auth.public_backend',
    severity: 'error',
    says: 'A client that runs by itself must prove who it is: without a credential anybody could be it.',
    mends: 'product_team',
    check: (document) => hitWhen(document[METHOD] === 'none' && hasGrant(document, 'client_credentials'), METHOD),
  },
  {
    id: 'auth.secret_for_smart_backend',
    severity: 'warning',
    says: 'SMART backend services sign their requests; a shared secret is weaker and may be refused.',
    mends: 'product_team',
    check: (document, { kind, capabilities }) =>
      hitWhen(
        kind === 'backend' &&
          (textOf(document, METHOD) ?? '').startsWith('client_secret_') &&
          capabilities.smart?.includes('client-confidential-asymmetric') === true,
        METHOD,
      ),
  },
  {
    id: 'auth.asymmetric_not_announced',
    severity: 'warning',
    says: 'The SMART configuration does not name client-confidential-asymmetric: signed requests may be refused.',
    mends: 'ehr_administrator',
    check: (document, { capabilities }) =>
      hitWhen(
        document[METHOD] === 'private_key_jwt' &&
          capabilities.authMethods === undefined &&
          capabilities.smart?.includes('client-confidential-asymmetric') === false,
        METHOD,
      ),
  },
  {
    id: 'auth.public_not_announced',
    severity: 'warning',
    says: 'The SMART configuration does not name client-public: a client without a credential may be refused.',
    mends: 'ehr_administrator',
    check: (document, { capabilities }) =>
      hitWhen(document[METHOD] === 'none' && capabilities.smart?.includes('client-public') === false, METHOD),
  },
];
