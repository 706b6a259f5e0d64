import { hasGrant, textsOf } from './client-metadata.js';
import { hitEach, hitWhen, type Hit, type LintRule } from './linter-rule.js';
import { isLoopbackUri, redirectUriRefusal, uriRefusal, uriRefusalWords, writtenAuthority, type UriRefusal } from './redirect-uri.js';

function refusals(member: string, uris: readonly string[], judge: (uri: string) => UriRefusal | undefined): readonly Hit[] {
  return uris.flatMap((uri) => {
    const refusal = judge(uri);
    return refusal === undefined ? [] : [{ member, detail: uriRefusalWords(refusal) }];
  });
}

function hostOf(uri: string): string {
  return (writtenAuthority(uri) ?? '').toLowerCase();
}

/** Where a browser may be sent with a code, and how the code is protected on its way. */
export const REDIRECT_RULES: readonly LintRule[] = [
  {
    id: 'redirects.missing',
    severity: 'error',
    says: 'People sign in to this application, and there is no address to send them back to.',
    mends: 'product_team',
    check: (document) =>
      hitWhen(hasGrant(document, 'authorization_code') && textsOf(document, 'redirect_uris').length === 0, 'redirect_uris'),
  },
  {
    id: 'redirects.not_used',
    severity: 'error',
    says: 'Nobody signs in to this application, so redirect URIs have no use, and some servers refuse them.',
    mends: 'product_team',
    check: (document) =>
      hitWhen(!hasGrant(document, 'authorization_code') && textsOf(document, 'redirect_uris').length > 0, 'redirect_uris'),
  },
  {
    id: 'redirects.unsafe',
    severity: 'error',
    says: 'A redirect URI cannot be compared safely.',
    mends: 'product_team',
    check: (document, context) => refusals('redirect_uris', textsOf(document, 'redirect_uris'), (uri) => redirectUriRefusal(uri, context)),
  },
  {
    id: 'redirects.loopback_in_production',
    severity: 'error',
    says: 'A redirect URI points at the own machine of whoever opens it. That is for development only.',
    mends: 'product_team',
    check: (document, { environment }) =>
      environment === 'production' ? hitEach('redirect_uris', textsOf(document, 'redirect_uris').filter(isLoopbackUri)) : [],
  },
  {
    id: 'redirects.host_not_approved',
    severity: 'warning',
    says: 'A registration sends people to a host that the application does not name. Have the product team confirm it.',
    mends: 'product_team',
    check: (document, { approved }) => {
      const hosts = approved.redirectUris.map(hostOf);
      const beyond = (uri: string) => !hosts.some((host) => hostOf(uri) === host || hostOf(uri).endsWith(`.${host}`));
      return hosts.length === 0 ? [] : hitEach('redirect_uris', textsOf(document, 'redirect_uris').filter(beyond));
    },
  },
  {
    id: 'redirects.duplicate',
    severity: 'warning',
    says: 'A redirect URI is listed twice.',
    mends: 'product_team',
    check: (document) => {
      const uris = textsOf(document, 'redirect_uris');
      return hitEach('redirect_uris', [...new Set(uris.filter((uri, index) => uris.indexOf(uri) !== index))]);
    },
  },
  {
    id: 'redirects.too_many',
    severity: 'warning',
    says: 'There are more than 20 redirect URIs: many servers cut or refuse such a list.',
    mends: 'product_team',
    check: (document) => hitWhen(textsOf(document, 'redirect_uris').length > 20, 'redirect_uris'),
  },
  {
    id: 'redirects.post_logout_unsafe',
    severity: 'error',
    says: 'An address to return to after signing out cannot be compared safely.',
    mends: 'product_team',
    check: (document, context) =>
      refusals('post_logout_redirect_uris', textsOf(document, 'post_logout_redirect_uris'), (uri) => redirectUriRefusal(uri, context)),
  },
  {
    id: 'redirects.request_uri_unsafe',
    severity: 'error',
    says: 'The server fetches request URIs itself: they must be https.',
    mends: 'product_team',
    check: (document) => refusals('request_uris', textsOf(document, 'request_uris'), (uri) => uriRefusal(uri, { fragment: true })),
  },
  {
    id: 'redirects.pkce_not_supported',
    severity: 'error',
    says: 'The server does not check PKCE with S256, so a stolen code could be used by somebody else.',
    mends: 'ehr_administrator',
    check: (document, { capabilities }) =>
      hitWhen(hasGrant(document, 'authorization_code') && capabilities.codeChallengeMethods?.includes('S256') === false),
  },
  {
    id: 'redirects.pkce_not_announced',
    severity: 'warning',
    says: 'The server does not say whether it checks PKCE with S256. The application must send it all the same.',
    mends: 'ehr_administrator',
    check: (document, { capabilities }) =>
      hitWhen(hasGrant(document, 'authorization_code') && capabilities.codeChallengeMethods === undefined),
  },
];
