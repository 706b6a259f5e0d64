import { grantedScopes, splitScope } from '@registrar/dcr';
import type { WorkClient } from './work.js';

/**
 * How the scope of a token that was asked for as a proof stands to what the client is asked for (J-05, K-67). An answer without
 * `scope` granted what was requested (RFC 6749 section 5.1, K-66).
 */
export function tokenDrift(
  { requestedMetadata }: Pick<WorkClient, 'requestedMetadata'>,
  scope: string | undefined,
): 'none' | 'widened' | 'narrowed' {
  const asked = requestedMetadata['scope'];
  const requested = splitScope(typeof asked === 'string' ? asked : '');
  if (scope === undefined || requested.length === 0) return 'none';
  const stands = grantedScopes(requested, splitScope(scope));
  return stands === 'equal' ? 'none' : stands === 'widened' ? 'widened' : 'narrowed';
}
