import type { Quirks } from '@registrar/dcr';
import type { Problem } from '@registrar/problem';
import type { ManagedKind } from './operation-status.js';
import { updateProblem } from './updates.problems.js';
import type { Work, WorkClient } from './work.js';

const REQUEST = { read: 'read', update: 'update', deregister: 'delete' } as const satisfies Record<
  ManagedKind,
  Quirks['management'][number]
>;

/** The parts of the work that decide whether a client can be managed from here. */
export type Manageable = Pick<Work, 'upstream'> & { readonly registration: Pick<Work['registration'], 'manageable'> };

/**
 * Why a client cannot be read, changed or deleted by Registrar itself, in words; undefined where it can (A-37, A-38, K-31, K-40).
 * A registration access token that has run out says nothing about the client: its credential goes on working.
 */
export function manageabilityProblem(work: Manageable, client: WorkClient, kind: ManagedKind, now: Date): Problem | undefined {
  const { quirks, ehrStatus, endpoints } = work.upstream;
  const { management } = client;
  if (ehrStatus === 'quarantined') return updateProblem('registrations.ehr_quarantined');
  if (work.registration.manageable === 'control_lost') return updateProblem('registrations.control_lost');
  if (quirks.managementAuth !== 'rat')
    return unmanageable(
      quirks.managementAuth === 'none'
        ? 'This server manages no clients.'
        : 'This server lets an administrator manage clients, nobody else.',
    );
  if (!quirks.management.includes(REQUEST[kind])) return unmanageable(`This server takes no ${REQUEST[kind]} request for clients.`);
  if (management.registrationClientUri === undefined || !management.token)
    return unmanageable('The EHR gave no registration client URI with a registration access token.');
  if (!management.registrationClientUriUsable || endpoints.registration === undefined)
    return unmanageable('Its registration client URI is not at the origin of the registration endpoint, so nothing is sent there.');
  if (management.token.expiresAt && management.token.expiresAt <= now)
    return unmanageable(`Its registration access token ran out at ${management.token.expiresAt.toISOString()}.`);
  return undefined;
}

/** Whether a read changes nothing at this server, and may be made at any time (B-02, J-09). */
export function readsSafely({ upstream: { quirks } }: Pick<Work, 'upstream'>): boolean {
  return quirks.management.includes('read') && !quirks.readRotates.rat && !quirks.readRotates.secret;
}

function unmanageable(detail: string): Problem {
  return updateProblem('registrations.unmanageable', { detail });
}
