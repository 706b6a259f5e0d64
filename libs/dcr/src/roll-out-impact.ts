import { hasGrant, textOf, textsOf, type ClientMetadata } from './client-metadata.js';
import { grantedScopes } from './granted-scopes.js';
import { splitScope } from './smart-scope.js';

/** What a change asks of people, the gravest of it. */
export type Impact = 'none' | 'hospital_activates_again' | 'users_sign_in_again';

/** One registration's client before or after a change. */
export interface ImpactSide {
  readonly document: ClientMetadata;
  /** Absent: not known yet; after a swap it is another one. */
  readonly clientId?: string;
}

/**
 * What a change of one registration asks of the people at the hospital. A pure decision, on the careful side:
 *
 * - At a portal EHR an administrator approved the very scopes, of the very client: more scopes or another client_id and
 *   `hospital_activates_again`. Until then nobody can sign in, so this goes before the next.
 * - Where people sign in (authorization code or refresh token, before or after), another client_id ends their consents and refresh
 *   tokens, and other scopes, grant types or redirect URIs may: `users_sign_in_again`.
 * - All else, keys and secrets too, asks nothing of anybody.
 */
export function impactOf(before: ImpactSide, after: ImpactSide, ehr: { readonly registration: 'dynamic' | 'portal' }): Impact {
  const newClient = before.clientId !== undefined && after.clientId !== undefined && before.clientId !== after.clientId;
  const scopes = grantedScopes(scopesOf(before.document), scopesOf(after.document));
  if (ehr.registration === 'portal' && (newClient || scopes === 'widened' || scopes === 'disjoint')) return 'hospital_activates_again';
  if (!signsPeopleIn(before.document) && !signsPeopleIn(after.document)) return 'none';
  const changed = newClient || scopes !== 'equal' || ['grant_types', 'redirect_uris'].some((member) => !sameSet(before, after, member));
  return changed ? 'users_sign_in_again' : 'none';
}

const scopesOf = (document: ClientMetadata) => splitScope(textOf(document, 'scope') ?? '');
const signsPeopleIn = (document: ClientMetadata) => hasGrant(document, 'authorization_code') || hasGrant(document, 'refresh_token');

function sameSet(before: ImpactSide, after: ImpactSide, member: string): boolean {
  const [left, right] = [new Set(textsOf(before.document, member)), new Set(textsOf(after.document, member))];
  return left.size === right.size && [...left].every((each) => right.has(each));
}
