import { hasGrant, textsOf, type ClientMetadata } from './client-metadata.js';
import type { DocumentLayers, Origin } from './effective-document-input.js';
import type { JsonValue } from './json-value.js';
import { splitScope } from './smart-scope.js';

/** A document in the making: what is in it, who decided, and why. */
export interface Draft {
  readonly members: Map<string, JsonValue>;
  readonly origins: Map<string, Origin>;
  readonly reasons: Map<string, string>;
}

/** Puts a member in, with the one who decided on it. */
export function place(draft: Draft, member: string, value: JsonValue, origin: Origin, reason?: string): void {
  draft.members.set(member, value);
  draft.origins.set(member, origin);
  if (reason === undefined) draft.reasons.delete(member);
  else draft.reasons.set(member, reason);
}

/** Takes a member out. */
export function remove(draft: Draft, member: string): void {
  draft.members.delete(member);
  draft.origins.delete(member);
  draft.reasons.delete(member);
}

/** Lays the layers over each other, member by member: the registration's override wins over the EHR's, that over the revision. */
export function mergeLayers(layers: DocumentLayers): Draft {
  const draft: Draft = { members: new Map(), origins: new Map(), reasons: new Map() };
  const stack: [Origin, ClientMetadata | undefined][] = [
    ['application', layers.application],
    ['ehr_override', layers.ehrOverride],
    ['registration_override', layers.registrationOverride],
  ];
  for (const [origin, layer] of stack)
    for (const [member, value] of Object.entries(layer ?? {})) {
      if (!says(member, value)) continue;
      // Language tags are compared without regard to case: #DE replaces #de.
      const same = member.includes('#')
        ? [...draft.members.keys()].find((other) => other.toLowerCase() === member.toLowerCase())
        : undefined;
      if (same !== undefined) remove(draft, same);
      place(draft, member, value, origin);
    }
  return draft;
}

// Null, "" and [] would be read as a wish by one server and as an error by the next. No response type is a meant emptiness.
function says(member: string, value: JsonValue): boolean {
  return value !== null && value !== '' && !(Array.isArray(value) && value.length === 0 && member !== 'response_types');
}

/** Writes down what a server would otherwise assume: its defaults are an authorization code client's. */
export function makeDefaultsExplicit(draft: Draft, layers: DocumentLayers, refreshTaken: boolean): void {
  const asked = Object.fromEntries(draft.members);
  if (!draft.members.has('grant_types')) {
    const offline = splitScope(scopeAsked(draft, layers)).some((scope) => scope === 'offline_access' || scope === 'online_access');
    const code = offline && refreshTaken ? ['authorization_code', 'refresh_token'] : ['authorization_code'];
    const grants = layers.kind === 'backend' ? ['client_credentials'] : code;
    place(
      draft,
      'grant_types',
      grants,
      'default',
      layers.kind === 'backend' ? 'A backend service.' : 'An application that people sign in to.',
    );
  }
  if (!draft.members.has('response_types')) {
    const now = { ...asked, grant_types: draft.members.get('grant_types') ?? [] };
    const code = hasGrant(now, 'authorization_code');
    place(draft, 'response_types', code ? ['code'] : [], 'default', `Follows from ${textsOf(now, 'grant_types').join(', ')}.`);
  }
  if (layers.kind === 'ehr_launch' && layers.launchUrl !== undefined && !draft.members.has('initiate_login_uri'))
    place(draft, 'initiate_login_uri', layers.launchUrl, 'application', 'The launch URL of the application.');
}

/** The scope that people ask for, before the server's list is looked at: an override's own, or all of the application's. */
export function scopeAsked(draft: Draft, layers: DocumentLayers): string {
  const own = draft.members.get('scope');
  const parts = [typeof own === 'string' ? own : ''];
  if (draft.origins.get('scope') === 'application' || own === undefined) parts.push(...layers.scope.required, ...layers.scope.optional);
  return parts.join(' ');
}
