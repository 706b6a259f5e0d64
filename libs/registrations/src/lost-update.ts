import type { ManagementUnknown } from '@registrar/dcr';
import { problemDocument } from '@registrar/problem';
import { waitBefore, waitingFor } from './backoff.js';
import type { Change } from './change.js';
import { changeOf } from './change-of.js';
import type { ManagedAnswer } from './managed-exchange.js';
import { present } from './present.js';
import type { Step } from './step.js';
import { withLook } from './update-steps.js';
import type { UpstreamAccess } from './upstream-access.js';
import { updateProblem } from './updates.problems.js';
import type { Work } from './work.js';

/** How often it is looked, or sent again where nothing was applied, before a person has to. */
const LOST_LADDER_MS = [5_000, 30_000, 120_000, 600_000] as const;

/**
 * The answer to an update was lost (B-13): it may have been made, and may have replaced the registration access token and the
 * secret. The registration goes on as it is; the next step looks, and nothing is sent again before it has.
 */
export function lostUpdate(answer: ManagedAnswer, outcome: ManagementUnknown, access: UpstreamAccess): Change {
  const settledAttempt = { ...answer.record, status: 'unknown', outcome: { because: outcome.because } } as const;
  return lookLater(answer.work, withLook(answer.work.operation.steps), access, { settledAttempt }, outcome.status);
}

/** Looks again later; after the last time what became of it stays unknown, and a person is told. */
export function lookLater(work: Work, steps: readonly Step[], access: UpstreamAccess, rows: Partial<Change>, status?: number): Change {
  const inMs = waitBefore(LOST_LADDER_MS, work.operation.tries);
  if (inMs !== undefined) {
    const waiting = waitingFor('answer_lost', inMs, access.clock);
    const tries = work.operation.tries + 1;
    return changeOf(work, { operation: 'waiting', next: { inMs, budget: 'registration' }, waiting, steps, tries }, rows);
  }
  const problem = problemDocument(
    updateProblem('registrations.update_unknown', present('upstream', status === undefined ? undefined : { status })),
  );
  return changeOf(work, { operation: 'outcome_unknown', next: 'done', problem, steps }, rows);
}
