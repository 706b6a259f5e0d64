import { readClient, learnedFrom } from '@registrar/dcr';
import { problemDocument, type ProblemOptions } from '@registrar/problem';
import { adoptManaged } from './adopt-managed.js';
import type { Change } from './change.js';
import { changeOf } from './change-of.js';
import { managedExchange, type ManagedAnswer, type Settled } from './managed-exchange.js';
import { registrationProblem } from './registrations.problems.js';
import { readOutcome } from './settle-read.js';
import { appliedAttempt } from './settle-update.js';
import { lessonOf, refusedAttempt, setback, upstreamWords } from './setback.js';
import type { Step, StepPlan } from './step.js';
import type { StepContext, StepResult } from './strategy.js';
import type { UpstreamAccess } from './upstream-access.js';
import { updateProblem } from './updates.problems.js';
import type { Work } from './work.js';

/** Reads a client that seems to be gone, once, before that is said. */
export const CONFIRM_GONE: StepPlan = { name: 'confirm_gone', kind: 'upstream_read' };

/**
 * The ladder has been climbed: the client is gone (K-42). A secret that has expired says no more than that; anything else means
 * that the hospital removed the client, and nobody registers it anew without a named person's word.
 */
export function goneChange(work: Work, upstream: NonNullable<ProblemOptions['upstream']>, now: Date, rows: Partial<Change> = {}): Change {
  const expired = work.current?.expiresAt !== undefined && work.current.expiresAt <= now;
  const problem = problemDocument(
    expired
      ? registrationProblem('registrations.credential_rejected', { upstream })
      : updateProblem('registrations.client_gone', { upstream }),
  );
  return changeOf(work, { event: expired ? 'fail_credential' : 'revoke', operation: 'failed', next: 'done', problem }, rows);
}

/** The last evidence: a client that is gone cannot be read either; one that can be read has a dead credential, no more (B-09). */
export async function takeConfirmGoneStep(work: Work, step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const { client } = work;
  if (!client) return { kind: 'stop' };
  return managedExchange(work, step, context, access, {
    kind: 'read',
    client,
    prepare: () => ({
      metadata: client.requestedMetadata,
      send: (managed, request) => readClient(access.outbound, access.clock, managed, request),
    }),
    settle: (answer) => settleConfirmation(answer, access),
    refuse: (stopped, problem) => changeOf(stopped, { operation: 'failed', next: 'done', problem: problemDocument(problem) }),
  });
}

function settleConfirmation(answer: ManagedAnswer, access: UpstreamAccess): Settled | Promise<Settled> {
  const { work } = answer;
  const now = access.clock.now();
  const outcome = readOutcome(answer, now);
  if (outcome.kind === 'accepted') {
    const adopted = adoptManaged(answer, outcome, { now });
    const rows = {
      ...adopted.rows,
      settledAttempt: appliedAttempt(answer, outcome, 'equal'),
      ...lessonOf(work, learnedFrom({ request: 'read', outcome, now }, work.upstream.quirks)),
    };
    const problem = problemDocument(registrationProblem('registrations.credential_rejected'));
    return { change: changeOf(adopted.work, { event: 'fail_credential', operation: 'failed', next: 'done', problem }, rows) };
  }
  const gone = outcome.kind === 'refused' && ['unauthorized', 'forbidden', 'not_found'].includes(outcome.reason);
  if (!gone) return setback(answer, outcome, access);
  return { change: goneChange(work, upstreamWords(outcome).upstream, now, { settledAttempt: refusedAttempt(answer, outcome) }) };
}
