import { parseScope } from './smart-scope.js';
import { scopesBeyond, scopeWithin } from './smart-scope-cover.js';

/** How granted scopes stand to the requested ones (J-05). */
export type GrantedScopes = 'equal' | 'narrowed' | 'widened' | 'disjoint';

/**
 * Compares scopes by meaning, in an answer to a registration or of a token (J-05, K-24 to K-26): `widened` where anything is more than
 * requested, also where something else is missing; `disjoint` where nothing of what was requested was granted. A token answer without
 * `scope` granted what was requested (RFC 6749 section 5.1): do not ask.
 */
export function grantedScopes(requested: readonly string[], granted: readonly string[]): GrantedScopes {
  const beyond = scopesBeyond(granted, requested);
  const missing = scopesBeyond(requested, granted);
  if (beyond.length === 0 && missing.length === 0) return 'equal';
  const touches = requested.some((scope) => touched(scope, granted)) || granted.some((scope) => touched(scope, requested));
  if (requested.length > 0 && !touches) return 'disjoint';
  return beyond.length > 0 ? 'widened' : 'narrowed';
}

/** Whether some permission of the scope lies within the others. */
function touched(scope: string, others: readonly string[]): boolean {
  const parsed = parseScope(scope);
  if (typeof parsed === 'string') return scopeWithin(scope, others);
  const query = parsed.constraints.length === 0 ? '' : `?${parsed.constraints.join('&')}`;
  return [...parsed.permissions].some((permission) => scopeWithin(`${parsed.context}/${parsed.type}.${permission}${query}`, others));
}
