import type { ManagementRefusal } from '@registrar/dcr';
import { problemDocument } from '@registrar/problem';
import type { Change, SettledAttempt } from './change.js';
import { changeOf } from './change-of.js';
import { examineCredential } from './examine-credential.js';
import type { ManagedAnswer, Settled } from './managed-exchange.js';
import { present } from './present.js';
import type { UpstreamAccess } from './upstream-access.js';
import { updateProblem } from './updates.problems.js';
import type { Work, WorkClient } from './work.js';

/** Whether an update whose answer was lost may have put another secret in the place of the one that is held (K-34). */
export function secretMayBeLost(work: Work, client: WorkClient): boolean {
  return work.upstream.quirks.putRotates.secret && client.authMethod.startsWith('client_secret') && answerWasLost(work);
}

/** Whether the answer to an update of this operation was lost: from then on there is a step that looks. */
export function answerWasLost({ operation }: Work): boolean {
  return operation.steps.some(({ name }) => name === 'look');
}

/**
 * The server does not take the registration access token: it was replaced and the answer lost, it ran out, or the client is gone
 * (B-09, K-33, K-40, K-41). The client's credential says which. Where that works, tokens go on and only control is lost; where
 * it does not, the ladder of H-40 looks on, and nothing is concluded here but after a lost answer that may have replaced the secret.
 */
export async function lostControl(
  answer: ManagedAnswer,
  outcome: ManagementRefusal,
  settledAttempt: SettledAttempt,
  access: UpstreamAccess,
): Promise<Settled> {
  const { work, client } = answer;
  const upstream = { status: outcome.status, ...present('error', outcome.error), ...present('error_description', outcome.description) };
  const problem = problemDocument(updateProblem('registrations.control_lost', { upstream }));
  const rows: Partial<Change> = { settledAttempt };
  const registration = { manageable: 'control_lost' } as const;
  const credential = work.current;
  const verdict =
    credential && work.upstream.endpoints.token !== undefined ? await examineCredential(work, client, credential, access) : undefined;
  const dead = verdict?.kind === 'refused' && verdict.error === 'invalid_client';
  if (dead && secretMayBeLost(work, client)) {
    const lost = problemDocument(updateProblem('registrations.secret_lost', { upstream }));
    return { change: changeOf(work, { event: 'fail_credential', operation: 'failed', next: 'done', problem: lost, registration }, rows) };
  }
  const follow = dead ? { follow: { kind: 'verify' as const, input: { cause: 'invalid_client' } } } : {};
  return { change: changeOf(work, { operation: 'failed', next: 'done', problem, registration }, { ...rows, ...follow }) };
}
