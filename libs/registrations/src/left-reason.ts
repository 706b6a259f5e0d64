import type { ResidueReason } from './residue.js';
import type { Work, WorkClient } from './work.js';

/** Why a client that Registrar cannot delete by itself is left at its EHR. What the server never does comes before what we lack. */
export function leftReason(work: Work, client: WorkClient, now: Date): ResidueReason {
  const { quirks, ehrStatus } = work.upstream;
  const { token, registrationClientUri } = client.management;
  if (ehrStatus === 'quarantined') return 'ehr_quarantined';
  if (work.registration.strategy === 'portal' || client.scope === 'application') return 'portal';
  if (quirks.managementAuth !== 'rat' || !quirks.management.includes('delete')) return 'delete_not_supported';
  if (work.registration.manageable === 'control_lost' || (token?.expiresAt && token.expiresAt <= now))
    return 'registration_access_token_lost';
  return token && registrationClientUri !== undefined ? 'delete_not_supported' : 'registration_access_token_lost';
}
