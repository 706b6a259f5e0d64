import { HUMAN_READABLE, textOf, textsOf, untagged, type ClientMetadata } from './client-metadata.js';
import { hitEach, hitWhen, type LintRule } from './linter-rule.js';

const CONTACT = /^(mailto:)?[^@\s:]+@[^@\s]+\.[^@\s.]+$/i;

function members(metadata: ClientMetadata, name: string): string[] {
  return Object.keys(metadata).filter((member) => untagged(member) === name);
}

function tagged(metadata: ClientMetadata): string[] {
  return Object.keys(metadata).filter((member) => member.includes('#'));
}

/** What people at the hospital see. */
export const PRESENTATION_RULES: readonly LintRule[] = [
  {
    id: 'names.missing',
    severity: 'warning',
    says: 'The application has no name: the hospital would see an identifier instead.',
    mends: 'product_team',
    check: (document) => hitWhen(textOf(document, 'client_name') === undefined, 'client_name'),
  },
  {
    id: 'names.too_long',
    severity: 'warning',
    says: 'The name is longer than 100 characters: many servers cut or refuse it.',
    mends: 'product_team',
    check: (document) =>
      members(document, 'client_name').flatMap((member) => hitWhen((textOf(document, member) ?? '').length > 100, member)),
  },
  {
    id: 'names.tagged_without_default',
    severity: 'warning',
    says: 'This is given in other languages only: a server that reads no languages shows nothing.',
    mends: 'product_team',
    check: (document) => tagged(document).flatMap((member) => hitWhen(document[untagged(member)] === undefined, member)),
  },
  {
    id: 'names.tagged_at_strict_server',
    severity: 'info',
    says: 'The server refuses members that it does not know, so other languages are left out.',
    mends: 'ehr_administrator',
    check: (_document, { asked, quirks }) => (quirks.unknownFieldPolicy === 'refuse' ? tagged(asked).map((member) => ({ member })) : []),
  },
  {
    id: 'names.page_not_https',
    severity: 'warning',
    says: 'A page or logo is plain http: it can be replaced on the way, and some servers refuse it.',
    mends: 'product_team',
    check: (document) =>
      HUMAN_READABLE.flatMap((name) => members(document, name)).flatMap((member) =>
        hitWhen(/^http:/i.test(textOf(document, member) ?? ''), member),
      ),
  },
  {
    id: 'names.contact_malformed',
    severity: 'warning',
    says: 'A contact is not an e-mail address, so the hospital cannot write to it.',
    mends: 'product_team',
    check: (document) =>
      hitEach(
        'contacts',
        textsOf(document, 'contacts').filter((contact) => !CONTACT.test(contact)),
      ),
  },
  {
    id: 'names.version_without_software',
    severity: 'info',
    says: 'A software version without a software id tells nobody whose version it is.',
    mends: 'product_team',
    check: (_document, { asked }) => hitWhen(asked['software_version'] !== undefined && asked['software_id'] === undefined, 'software_id'),
  },
];
