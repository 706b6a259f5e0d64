import { manageabilityProblem, residueOf, type Change, type Standing, type Work, type WorkClient } from '@registrar/registrations';
import { rotationInput } from './rotation-input.js';

/** What a promotion changes where it changes the client. */
export interface Swap {
  readonly rows: Partial<Change>;
  readonly registration: NonNullable<Standing['registration']>;
}

/**
 * The other client becomes the registration's. Its predecessor stays for the overlap; where it cannot be deleted from here it is
 * listed at once for the EHR's administrator (I5), and a token that the EHR takes no more is destroyed, so that nothing is sent with it.
 */
export function swapOf(work: Work, old: WorkClient, successor: WorkClient, now: Date): Swap {
  const { revision } = work.operation.input;
  const registration = {
    clientId: successor.id,
    previousClientId: old.id,
    manageable: manageableOf(successor),
    // A roll-out registers it as the application is by then.
    ...(typeof revision === 'number' ? { revision } : {}),
  };
  const lost = work.registration.manageable === 'control_lost';
  const replaced = lost || rotationInput(work).phase === 'replace';
  if (!replaced || manageabilityProblem(work, old, 'deregister', now) === undefined) return { rows: {}, registration };
  const reason = lost ? 'registration_access_token_lost' : 'replaced';
  const { token } = old.management;
  return {
    rows: {
      changedClients: [
        { id: old.id, status: 'orphaned', ended: { at: now, by: reason }, ...(lost ? { hasRegistrationAccessToken: false } : {}) },
      ],
      ...(lost && token ? { spentSecrets: [{ subjectId: old.id, kind: 'registration_access_token', version: token.version }] } : {}),
    },
    registration: { ...registration, residue: [residueOf('replaced', { clientId: old.clientId })] },
  };
}

/** The way back: what was listed to be removed is in use again. */
export function swapBack(old: WorkClient, successor: WorkClient): Swap {
  return {
    rows: { changedClients: [{ id: old.id, status: 'live' }] },
    registration: {
      clientId: old.id,
      previousClientId: successor.id,
      manageable: manageableOf(old, 'control_lost'),
      noResidue: [old.clientId],
    },
  };
}

function manageableOf({ management }: WorkClient, otherwise: 'no' | 'control_lost' = 'no'): 'yes' | 'no' | 'control_lost' {
  const { token, registrationClientUri, registrationClientUriUsable } = management;
  return token && registrationClientUri !== undefined && registrationClientUriUsable ? 'yes' : otherwise;
}
