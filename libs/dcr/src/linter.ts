import type { ClientMetadata } from './client-metadata.js';
import { AUTHENTICATION_RULES } from './lint-authentication.js';
import { GRANT_RULES } from './lint-grants.js';
import { KEY_RULES } from './lint-keys.js';
import { LAUNCH_RULES } from './lint-launch.js';
import { OPENID_RULES } from './lint-openid.js';
import { PRESENTATION_RULES } from './lint-presentation.js';
import { REDIRECT_RULES } from './lint-redirects.js';
import { SCOPE_RULES } from './lint-scopes.js';
import { SERVER_RULES } from './lint-server.js';
import { STATEMENT_RULES } from './lint-statement.js';
import type { Finding } from './linter-finding.js';
import type { LintContext, LintRule } from './linter-rule.js';

const MAX_DETAIL = 160;

/** Every rule. What each says and who mends it is in the README's table. */
export const LINT_RULES: readonly LintRule[] = [
  ...GRANT_RULES,
  ...REDIRECT_RULES,
  ...AUTHENTICATION_RULES,
  ...KEY_RULES,
  ...SCOPE_RULES,
  ...LAUNCH_RULES,
  ...PRESENTATION_RULES,
  ...OPENID_RULES,
  ...SERVER_RULES,
  ...STATEMENT_RULES,
];

/** Runs rules over a document: an `error` means that it must not be sent. Findings come in the order of the rules. */
export function lint(document: ClientMetadata, context: LintContext, rules: readonly LintRule[] = LINT_RULES): Finding[] {
  return rules.flatMap(({ id, severity, says, mends, check }) =>
    check(document, context).map(({ member, detail }) => ({
      id,
      severity,
      ...(member === undefined ? {} : { member }),
      says: detail === undefined ? says : `${says} (${detail.slice(0, MAX_DETAIL)})`,
      mends,
    })),
  );
}
