import { textOf, textsOf } from './client-metadata.js';
import { hitWhen, type LintRule } from './linter-rule.js';
import { uriRefusal, writtenAuthority } from './redirect-uri.js';

/** What OpenID Connect adds. */
export const OPENID_RULES: readonly LintRule[] = [
  {
    id: 'openid.id_token_unsigned',
    severity: 'error',
    says: 'An id token without a signature could be written by anybody.',
    mends: 'product_team',
    check: (document) =>
      hitWhen(textOf(document, 'id_token_signed_response_alg')?.toLowerCase() === 'none', 'id_token_signed_response_alg'),
  },
  {
    id: 'openid.sector_missing',
    severity: 'error',
    says: 'With pairwise subjects and redirect URIs on several hosts the server needs a sector identifier URI.',
    mends: 'product_team',
    check: (document) => {
      const hosts = new Set(textsOf(document, 'redirect_uris').map((uri) => writtenAuthority(uri)?.toLowerCase()));
      const needed = document['subject_type'] === 'pairwise' && hosts.size > 1;
      return hitWhen(needed && document['sector_identifier_uri'] === undefined, 'sector_identifier_uri');
    },
  },
  {
    id: 'openid.sector_not_https',
    severity: 'error',
    says: 'The server fetches the sector identifier URI itself: it must be https.',
    mends: 'product_team',
    check: (document) => {
      const uri = textOf(document, 'sector_identifier_uri');
      return hitWhen(uri !== undefined && uriRefusal(uri) !== undefined, 'sector_identifier_uri');
    },
  },
  {
    id: 'openid.launch_not_https',
    severity: 'error',
    says: 'The address at which the application is started must be https.',
    mends: 'product_team',
    check: (document, { loopbackAllowed }) => {
      const uri = textOf(document, 'initiate_login_uri');
      const refusal = uri === undefined ? undefined : uriRefusal(uri, { http: loopbackAllowed ? 'loopback' : 'never', wildcard: true });
      return hitWhen(refusal !== undefined, 'initiate_login_uri');
    },
  },
  {
    id: 'openid.logout_not_https',
    severity: 'error',
    says: 'The address that the server calls when somebody signs out must be https.',
    mends: 'product_team',
    check: (document) =>
      ['backchannel_logout_uri', 'frontchannel_logout_uri'].flatMap((member) => {
        const uri = textOf(document, member);
        return hitWhen(uri !== undefined && uriRefusal(uri, { wildcard: true }) !== undefined, member);
      }),
  },
  {
    id: 'openid.application_type_missing',
    severity: 'warning',
    says: 'An OpenID server is told whether the application is web or native; left out, it guesses.',
    mends: 'registrar_operator',
    check: (document, { openid, quirks }) =>
      hitWhen(
        openid === true && document['application_type'] === undefined && !quirks.droppedMembers.includes('application_type'),
        'application_type',
      ),
  },
];
