import { readClient, representationOf, unapplied, type ManagementAccepted } from '@registrar/dcr';
import { Problem, problemDocument } from '@registrar/problem';
import { adoptManaged } from './adopt-managed.js';
import { changeOf } from './change-of.js';
import { examineCredential } from './examine-credential.js';
import { lostControl, secretMayBeLost } from './lost-control.js';
import { lookLater } from './lost-update.js';
import { managedExchange, type ManagedAnswer, type Settled } from './managed-exchange.js';
import { readsSafely } from './manageability.js';
import { present } from './present.js';
import { refusedAttempt } from './setback.js';
import { readOutcome } from './settle-read.js';
import { acceptedUpdate, appliedAttempt } from './settle-update.js';
import { markStep, type Step } from './step.js';
import type { StepContext, StepResult } from './strategy.js';
import { failed, wantedFor } from './update-step.js';
import type { UpstreamAccess } from './upstream-access.js';
import { updateProblem } from './updates.problems.js';
import type { Work, WorkClient } from './work.js';

const STOP: StepResult = { kind: 'stop' };

/**
 * Looks what became of an update whose answer was lost (B-13, K-33, K-34, U20). By a read where reads change nothing: the wished
 * document is there, or the old one, or the token is refused. Where reads replace what they return, the credential is tried
 * first, and then the update is sent again: being a full replacement, it is taken once more or refused with the old token.
 */
export async function takeLookStep(work: Work, step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const { client } = work;
  if (!client) return STOP;
  if (!readsSafely(work)) return lookByCredential(work, step, client, context, access);
  return managedExchange(work, step, context, access, {
    kind: 'read',
    client,
    prepare: () => {
      const wanted = wantedFor(work, client, access);
      if (wanted instanceof Problem) return wanted;
      return { metadata: wanted.document, send: (managed, request) => readClient(access.outbound, access.clock, managed, request) };
    },
    settle: (answer) => settleLook(answer, step, access),
    refuse: failed,
  });
}

function settleLook(answer: ManagedAnswer, step: Step, access: UpstreamAccess): Settled | Promise<Settled> {
  const { work, attempt, client, record } = answer;
  const outcome = readOutcome(answer, access.clock.now());
  if (outcome.kind === 'accepted') {
    const { marker } = work.upstream.quirks;
    const missing = unapplied(attempt.metadata, outcome.client.granted, { before: client.grantedMetadata, marker });
    return missing.length === 0
      ? acceptedUpdate(answer, outcome, access, { earlierUpdates: 'applied' })
      : notApplied(answer, outcome, step, access);
  }
  if (outcome.kind === 'refused' && ['unauthorized', 'forbidden', 'not_found'].includes(outcome.reason))
    return lostControl(answer, outcome, refusedAttempt(answer, outcome), access);
  const status = outcome.kind === 'not_sent' ? 'not_sent' : outcome.kind === 'unknown' ? 'unknown' : 'refused';
  const settledAttempt = { ...record, status, outcome: { kind: outcome.kind } } as const;
  return { change: lookLater(work, work.operation.steps, access, { settledAttempt }) };
}

/** The client is as it was: the update did not arrive, and is made again from what was read. */
function notApplied(answer: ManagedAnswer, outcome: ManagementAccepted, step: Step, access: UpstreamAccess): Settled {
  const now = access.clock.now();
  const adopted = adoptManaged(answer, outcome, { now });
  const steps = markStep(adopted.work.operation.steps, step.name, 'done', now);
  return {
    change: changeOf(
      adopted.work,
      { operation: 'running', next: 'keep', steps },
      { ...adopted.rows, settledAttempt: appliedAttempt(answer, outcome, 'unapplied'), earlierUpdates: 'resolved_absent' },
    ),
    work: {
      ...adopted.work,
      operation: { ...adopted.work.operation, steps },
      ...present('representation', representationOf(answer.exchange)),
      ...present('entityTag', outcome.etag),
    },
  };
}

/** A secret that is refused was replaced by the lost answer: nobody knows the new one. */
async function lookByCredential(
  work: Work,
  step: Step,
  client: WorkClient,
  context: StepContext,
  access: UpstreamAccess,
): Promise<StepResult> {
  const steps = markStep(work.operation.steps, step.name, 'done', access.clock.now());
  if (secretMayBeLost(work, client) && work.current) {
    const verdict = await examineCredential(work, client, work.current, access);
    if (verdict.kind === 'refused' && verdict.error === 'invalid_client') {
      const upstream = { status: verdict.status, error: verdict.error };
      const problem = problemDocument(updateProblem('registrations.secret_lost', { upstream }));
      await context.commit(changeOf(work, { event: 'fail_credential', operation: 'failed', next: 'done', problem }));
      return STOP;
    }
    if (verdict.kind === 'unavailable') {
      await context.commit(lookLater(work, work.operation.steps, access, {}));
      return STOP;
    }
  }
  const result = await context.commit(changeOf(work, { operation: 'running', next: 'keep', steps }));
  return result === 'written'
    ? { kind: 'next', work: { ...work, taken: true, operation: { ...work.operation, status: 'running', steps } } }
    : STOP;
}
