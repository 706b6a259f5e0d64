import type { IncomingMessage } from 'node:http';
import type { Fault } from '../fault.js';
import type { Wire } from './client.js';
import { Refusal } from './refusal.js';

/** What somebody else would like to have, in the metadata of a client that asked for less. */
const FOREIGN_REDIRECT = 'https://elsewhere.example/callback';
const WIDE_SCOPE = 'system/*.cruds';
const KEY_MEMBERS = ['jwks', 'jwks_uri', 'token_endpoint_auth_signing_alg'];

/** The metadata as a server stores it that does something else than it was asked to (protocol.md K). `wanted` stays as it is. */
export function twisted(twist: Fault | undefined, wanted: Wire): Wire {
  switch (twist?.kind) {
    case 'drop_members':
      return without(twist.members, wanted);
    case 'widen_redirect_uris':
      return { ...wanted, redirect_uris: [...((wanted.redirect_uris as string[] | undefined) ?? []), FOREIGN_REDIRECT] };
    case 'widen_scope':
      return { ...wanted, scope: `${typeof wanted.scope === 'string' ? wanted.scope : ''} ${WIDE_SCOPE}`.trim() };
    case 'widen_grants':
      return { ...wanted, grant_types: [...new Set([...(wanted.grant_types as string[]), 'authorization_code', 'refresh_token'])] };
    case 'downgrade_auth_method':
      return { ...without(KEY_MEMBERS, wanted), token_endpoint_auth_method: 'client_secret_post' };
    default:
      return wanted;
  }
}

const without = (members: readonly string[], wanted: Wire): Wire =>
  Object.fromEntries(Object.entries(wanted).filter(([name]) => !members.includes(name)));

/** A refusal that repeats what was shown: token and secret, with what breaks a log or a page (K-55). */
export function echoed(request: IncomingMessage, sent: Wire): Refusal {
  const shown = [request.headers.authorization, sent.client_secret].filter((value) => typeof value === 'string').join(' ');
  return new Refusal(400, 'invalid_client_metadata', `Cannot take ${shown}\r\nfrom <script>alert(1)</script>`);
}
