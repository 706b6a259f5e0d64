import type { Transaction } from '@registrar/database';
import { canonicalBytes, digestText } from '@registrar/vault';
import { boundToPeople } from './bound-to-people.js';
import type { OperationKind } from './operation-status.js';
import type { PlanAccess } from './plan.js';
import type { RegistrationView } from './registration-view.js';
import { registrationProblem } from './registrations.problems.js';
import { needsSomebodyElse } from './reregister.js';
import { planUpdates } from './update-plan.js';
import { updateProblem } from './updates.problems.js';

/** How a client would be replaced, and what somebody else has to say yes to first. */
export interface PlannedReplacement {
  /** `rotate`: beside the client in use, which goes on. `register`: the client is gone or dead, so from the start. */
  readonly kind: Extract<OperationKind, 'rotate' | 'register'>;
  /** Why it needs the yes of somebody else, a line each; empty where it needs none. */
  readonly because: readonly string[];
  /** SHA-256 over the client that goes and the exact document of the one that comes (J-07). */
  readonly documentsHash: string;
}

/**
 * Whether and how another client can take the place of this registration's; nothing is written.
 * @throws Problem registrations.outcome_unknown_first | registrations.not_possible_now | registrations.not_replaceable |
 * registrations.replaced_lately | registrations.users_sign_in_again | registrations.metadata_refused
 */
export async function planReplacement(
  tx: Transaction,
  view: RegistrationView & { readonly previousClientId: string | null },
  acceptNewClientId: boolean,
  access: PlanAccess,
): Promise<PlannedReplacement> {
  const { id, status, clientId, applicationId, revision } = view;
  refuseUnfit(view, acceptNewClientId);
  const active = status === 'active';
  const [update] = await planUpdates(tx, { applicationId, registrationIds: [id], ...(active ? { revision } : {}) }, access);
  if (!update) throw updateProblem('registrations.not_replaceable', { detail: 'Its EHR cannot be reached for a registration.' });
  if (update.findings.some((finding) => finding.severity === 'error'))
    throw registrationProblem('registrations.metadata_refused', { extra: { findings: update.findings } });
  return {
    kind: active ? 'rotate' : 'register',
    because: [...(needsSomebodyElse(view) ? [inWords(view)] : []), ...update.escalations],
    documentsHash: digestText(canonicalBytes([id, clientId ?? '', status, update.documentHash]).toString('latin1')),
  };
}

function refuseUnfit(view: RegistrationView & { readonly previousClientId: string | null }, acceptNewClientId: boolean): void {
  const { status, strategy, clientScope, clientId, previousClientId } = view;
  if (status === 'outcome_unknown') throw registrationProblem('registrations.outcome_unknown_first');
  if (clientId === null || !['active', 'revoked_by_ehr', 'credential_failed'].includes(status))
    throw registrationProblem('registrations.not_possible_now', { detail: `The registration is ${status}.` });
  if (strategy !== 'dynamic')
    throw updateProblem('registrations.not_replaceable', {
      detail: 'This EHR’s clients are registered by a person at the vendor’s portal.',
    });
  if (clientScope === 'application')
    throw updateProblem('registrations.not_replaceable', { detail: 'The client is that of several hospitals.' });
  if (status !== 'active') return;
  if (previousClientId !== null) throw updateProblem('registrations.replaced_lately');
  const metadata = { grantedMetadata: view.grantedMetadata ?? {}, requestedMetadata: view.requestedMetadata ?? {} };
  if (boundToPeople(metadata) && !acceptNewClientId) throw updateProblem('registrations.users_sign_in_again');
}

function inWords({ status, environment, clientId }: RegistrationView): string {
  return status === 'revoked_by_ehr'
    ? `The hospital removed the client ${clientId ?? ''}; another would be registered in its place (${environment})`
    : `Another client would take the place of the ${environment} client ${clientId ?? ''}`;
}
