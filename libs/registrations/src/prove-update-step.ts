import { problemDocument } from '@registrar/problem';
import { waitBefore, waitingFor } from './backoff.js';
import type { Change } from './change.js';
import { changeOf } from './change-of.js';
import { examineCredential } from './examine-credential.js';
import { finishedUpdate } from './finished-update.js';
import { present } from './present.js';
import { secretMayBeLost } from './lost-control.js';
import { promotion } from './promotion.js';
import { UNAVAILABLE_WAIT_MS, type Verdict } from './proof.js';
import { registrationProblem } from './registrations.problems.js';
import type { Step } from './step.js';
import type { StepContext, StepResult } from './strategy.js';
import { updateProblem } from './updates.problems.js';
import type { UpstreamAccess } from './upstream-access.js';
import type { Work } from './work.js';

const STOP: StepResult = { kind: 'stop' };

/**
 * Proves the client after a change of what it may do, or of its secret: a new secret becomes current only by this, and the
 * one before, which the server no longer takes, is retired with it (H-03).
 */
export async function takeProveUpdateStep(work: Work, _step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const credential = work.pending ?? work.current;
  if (!work.client || !credential || work.upstream.endpoints.token === undefined) {
    await context.commit(finishedUpdate(work, access));
    return STOP;
  }
  const verdict = await examineCredential(work, work.client, credential, access);
  if (verdict.kind !== 'proven') {
    await context.commit(unproven(work, verdict, access));
    return STOP;
  }
  const learned =
    verdict.proofControl === undefined
      ? undefined
      : { authorizationServerId: work.upstream.authorizationServerId, proofControl: verdict.proofControl };
  const rows = { ...promotion(work, credential), ...present('learned', learned) };
  await context.commit(finishedUpdate(work, access, { proof: verdict.proof, lastVerifiedAt: access.clock.now() }, rows));
  return STOP;
}

function unproven(work: Work, verdict: Exclude<Verdict, { kind: 'proven' }>, access: UpstreamAccess): Change {
  if (verdict.kind === 'unavailable') {
    const inMs = verdict.retryAfterMs ?? UNAVAILABLE_WAIT_MS;
    const waiting = waitingFor('ehr_unreachable', inMs, access.clock);
    return changeOf(work, { operation: 'waiting', next: { inMs, budget: 'token' }, waiting });
  }
  const words = { upstream: { status: verdict.status, error: verdict.error, ...present('error_description', verdict.description) } };
  if (verdict.error === 'invalid_client' && !work.pending && work.client && secretMayBeLost(work, work.client)) {
    const lost = problemDocument(updateProblem('registrations.secret_lost', words));
    return changeOf(work, { event: 'fail_credential', operation: 'failed', next: 'done', problem: lost });
  }
  const inMs = waitBefore(access.proofLadderMs, work.operation.tries + 1);
  if (inMs !== undefined) {
    const waiting = waitingFor('proof_ladder', inMs, access.clock);
    return changeOf(work, { operation: 'waiting', next: { inMs, budget: 'token' }, waiting, tries: work.operation.tries + 1 });
  }
  const problem = problemDocument(registrationProblem('registrations.credential_rejected', words));
  // The secret of before is dead too: whoever uses the registration must hear of it.
  if (work.pending) return changeOf(work, { event: 'fail_credential', operation: 'failed', next: 'done', problem });
  const follow = verdict.error === 'invalid_client' ? { follow: { kind: 'verify' as const, input: { cause: 'invalid_client' } } } : {};
  return changeOf(work, { operation: 'failed', next: 'done', problem }, follow);
}
