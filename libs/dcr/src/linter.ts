import type { ClientMetadata } from './client-metadata.js';
import type { Finding } from './linter-finding.js';
import type { LintContext, LintRule } from './linter-rule.js';

const MAX_DETAIL = 160;

/** Every rule. What each says and who mends it is in the README's table. */
export const LINT_RULES: readonly LintRule[] = [];

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
