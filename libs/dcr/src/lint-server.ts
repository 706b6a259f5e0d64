import { textOf, untagged } from './client-metadata.js';
import { hitWhen, type LintRule } from './linter-rule.js';

/** What this server makes of any document. */
export const SERVER_RULES: readonly LintRule[] = [
  {
    id: 'server.no_registration_endpoint',
    severity: 'info',
    says: 'The server registers nobody by itself: a person fills in the vendor’s form, and Registrar prepares what to write there.',
    mends: 'customer_success',
    check: (_document, { capabilities }) => hitWhen(!capabilities.dynamicRegistration),
  },
  {
    id: 'server.member_left_out',
    severity: 'info',
    says: 'The server refuses or destroys this member, so it is left out.',
    mends: 'ehr_administrator',
    check: (document, { asked, quirks }) =>
      Object.keys(asked)
        .filter((member) => quirks.droppedMembers.includes(untagged(member)) && document[member] === undefined)
        .map((member) => ({ member })),
  },
  {
    id: 'server.attempt_not_marked',
    severity: 'info',
    says: 'This server keeps no mark of the attempt: should its answer be lost, the client can be found by time and name only.',
    mends: 'registrar_operator',
    check: (document, { marker, quirks }) =>
      hitWhen(
        marker !== undefined &&
          quirks.registration === 'dynamic' &&
          !['software_version', 'client_name'].some((member) => textOf(document, member)?.includes(marker) === true),
      ),
  },
];
