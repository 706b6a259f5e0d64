import type { ClientIdentity } from './work.js';

type Metadata = Pick<ClientIdentity, 'grantedMetadata' | 'requestedMetadata'>;

/** Whether the grants that the server gave allow the client to ask for a token by itself. */
export function mayAskForTokens(client: Metadata): boolean {
  const grants = member(client, 'grant_types');
  return Array.isArray(grants) && grants.includes('client_credentials');
}

/** The scope that was granted, or else asked for; a backend token request needs one (F-05). */
export function scopeOf(client: Metadata): string | undefined {
  const scope = member(client, 'scope');
  return typeof scope === 'string' && scope !== '' ? scope : undefined;
}

export function redirectUriOf(client: Metadata): string | undefined {
  const uris = member(client, 'redirect_uris');
  const first: unknown = Array.isArray(uris) ? uris[0] : undefined;
  return typeof first === 'string' ? first : undefined;
}

/** What the server granted counts; where it was silent, what was asked for. */
function member(client: Metadata, name: string): unknown {
  return client.grantedMetadata[name] ?? client.requestedMetadata[name];
}
