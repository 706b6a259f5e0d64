import { escalations, textOf, type ClientMetadata, type Escalation } from '@registrar/dcr';

/** How a change gets to the server: by RFC 7592, by a person at the vendor's portal, or by registering a new client. */
export type UpdateWay = 'update' | 'portal' | 'reregistration';

const WORDS: Readonly<Record<Escalation['kind'], string>> = {
  scope_added: 'More access',
  write_scope_added: 'More access, to change data',
  offline_access_added: 'Access while nobody is signed in',
  grant_added: 'Another grant type',
  refresh_token_added: 'Access that lasts after people have left',
  redirect_uri_added: 'Another redirect URI',
  auth_method_weakened: 'A weaker way to authenticate',
  jwks_host_changed: 'Keys from another host',
};

/** What a change gives a client that it has not, or protects it less by, in a line each that whoever approves understands (J-07). */
export function escalationWords(before: ClientMetadata, after: ClientMetadata): string[] {
  return escalations(before, after).map(({ kind, to }) => `${WORDS[kind]}: ${textOf({ to }, 'to') ?? ''}`);
}
