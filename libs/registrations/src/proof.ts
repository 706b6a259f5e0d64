import { problemDocument } from '@registrar/problem';
import { waitBefore, waitingFor } from './backoff.js';
import type { Change } from './change.js';
import { changeOf } from './change-of.js';
import { present } from './present.js';
import { promotion } from './promotion.js';
import { registrationProblem } from './registrations.problems.js';
import { markStep, type Step } from './step.js';
import type { UpstreamAccess } from './upstream-access.js';
import type { Work, WorkCredential } from './work.js';

/** What a try to prove a credential showed. */
export type Verdict =
  | {
      readonly kind: 'proven';
      readonly proof: 'token' | 'client_authentication' | 'inconclusive';
      readonly proofControl?: string;
      /** What the token was granted for, where the server says so. */
      readonly scope?: string;
    }
  | { readonly kind: 'refused'; readonly error: string; readonly status: number; readonly description?: string }
  | { readonly kind: 'unavailable'; readonly code: string; readonly retryAfterMs?: number };

// The server knows the client but does not let it in yet (K-71).
const NOT_ACTIVATED = new Set(['unauthorized_client', 'access_denied']);
/** How long to wait for a token endpoint that does not answer, where it does not say so itself. */
export const UNAVAILABLE_WAIT_MS = 30_000;

/** The credential works: it becomes current, and the registration active. Nothing is promoted before this. */
export function provenChange(
  work: Work,
  step: Step,
  credential: WorkCredential,
  verdict: Extract<Verdict, { kind: 'proven' }>,
  access: UpstreamAccess,
): Change {
  const now = access.clock.now();
  const steps = markStep(work.operation.steps, step.name, 'done', now);
  const learned =
    verdict.proofControl === undefined
      ? undefined
      : { authorizationServerId: work.upstream.authorizationServerId, proofControl: verdict.proofControl };
  return changeOf(
    work,
    { event: 'prove', operation: 'succeeded', next: 'done', steps, registration: { proof: verdict.proof, lastVerifiedAt: now } },
    { ...present('learned', learned), ...promotion(work, credential) },
  );
}

/** Not proven: tried again along the ladder, since a registration takes time to spread; then a person looks. */
export function unprovenChange(work: Work, verdict: Exclude<Verdict, { kind: 'proven' }>, access: UpstreamAccess): Change {
  if (verdict.kind === 'unavailable') {
    const inMs = verdict.retryAfterMs ?? UNAVAILABLE_WAIT_MS;
    const problem = problemDocument(
      registrationProblem('registrations.token_unavailable', { detail: `The token endpoint did not answer (${verdict.code}).` }),
    );
    return changeOf(work, {
      event: event(work),
      operation: 'waiting',
      next: { inMs, budget: 'token' },
      waiting: waitingFor('ehr_unreachable', inMs, access.clock),
      problem,
    });
  }
  const activation = NOT_ACTIVATED.has(verdict.error);
  const upstream = { status: verdict.status, error: verdict.error, ...present('error_description', verdict.description) };
  const problem = problemDocument(
    registrationProblem(activation ? 'registrations.waits_for_activation' : 'registrations.credential_rejected', { upstream }),
  );
  // The first rung is the wait before the first try, which is over.
  const inMs = waitBefore(access.proofLadderMs, work.operation.tries + 1);
  if (inMs !== undefined) {
    return changeOf(work, {
      event: event(work),
      operation: 'waiting',
      next: { inMs, budget: 'token' },
      waiting: waitingFor('proof_ladder', inMs, access.clock),
      problem,
      tries: work.operation.tries + 1,
    });
  }
  if (!work.pending) return changeOf(work, { event: 'fail_credential', operation: 'failed', next: 'done', problem });
  const action = activation ? 'wait_for_ehr_activation' : 'fix_credential';
  return changeOf(work, { event: 'need_action', action, operation: 'action_required', next: 'done', problem });
}

/** A registration that is active stays usable while its credential is tried again. */
function event(work: Work): 'prove_later' | 'verify_later' {
  return work.registration.status === 'active' ? 'verify_later' : 'prove_later';
}
