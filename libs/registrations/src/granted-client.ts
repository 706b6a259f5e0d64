import { scopesBeyond, splitScope, textOf } from '@registrar/dcr';
import type { ClientIdentity } from './work.js';

type Metadata = Pick<ClientIdentity, 'grantedMetadata' | 'requestedMetadata'>;

/** Whether the grants that the server gave allow the client to ask for a token by itself. */
export function mayAskForTokens(client: Metadata): boolean {
  const grants = member(client, 'grant_types');
  return Array.isArray(grants) && grants.includes('client_credentials');
}

/**
 * The scope to ask for: what was granted, or else asked for; a backend token request needs one (F-05). Where somebody widened the
 * client at the EHR, a token is still asked for what was wished for and no more (J-05).
 */
export function scopeOf(client: Metadata): string | undefined {
  const [granted, requested] = [textOf(client.grantedMetadata, 'scope'), textOf(client.requestedMetadata, 'scope')];
  if (granted === undefined || granted === '') return requested === '' ? undefined : requested;
  if (requested === undefined || requested === '') return granted;
  const [given, wished] = [splitScope(granted), splitScope(requested)];
  return scopesBeyond(given, wished).length > 0 && scopesBeyond(wished, given).length === 0 ? requested : granted;
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
