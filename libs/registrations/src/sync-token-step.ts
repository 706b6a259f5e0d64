import { problemDocument } from '@registrar/problem';
import { waitBefore, waitingFor } from './backoff.js';
import type { Change } from './change.js';
import { changeOf } from './change-of.js';
import { driftRecords } from './drift.js';
import { examineCredential } from './examine-credential.js';
import { mayAskForTokens } from './granted-client.js';
import { UNAVAILABLE_WAIT_MS, type Verdict } from './proof.js';
import { markStep, type Step } from './step.js';
import type { StepContext, StepResult } from './strategy.js';
import type { UpstreamAccess } from './upstream-access.js';
import { tokenDrift } from './token-drift.js';
import { updateProblem } from './updates.problems.js';
import type { Work, WorkClient } from './work.js';

const STOP: StepResult = { kind: 'stop' };
const UNAVAILABLE_LADDER_MS = [UNAVAILABLE_WAIT_MS, 120_000, 600_000] as const;

/** Compares the scope of a token with what was asked for, where the client cannot be read without being changed (J-05, J-09). */
export async function takeCompareTokenStep(work: Work, step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const { client, current } = work;
  if (!client || !current || !mayAskForTokens(client) || work.upstream.endpoints.token === undefined) {
    const problem = problemDocument(updateProblem('registrations.nothing_to_compare'));
    await context.commit(changeOf(work, { operation: 'failed', next: 'done', problem }));
    return STOP;
  }
  const verdict = await examineCredential(work, client, current, access);
  await context.commit(verdict.kind === 'proven' ? compared(work, step, client, verdict, access) : uncompared(work, verdict, access));
  return STOP;
}

function compared(
  work: Work,
  step: Step,
  client: WorkClient,
  verdict: Extract<Verdict, { kind: 'proven' }>,
  access: UpstreamAccess,
): Change {
  const now = access.clock.now();
  const drift = tokenDrift(client, verdict.scope);
  const registration = { drift, proof: verdict.proof, lastVerifiedAt: now };
  const steps = markStep(work.operation.steps, step.name, 'done', now);
  const change = changeOf(work, { operation: 'succeeded', next: 'done', steps, registration });
  const told = driftRecords(work, drift, ['scope']);
  return { ...change, audit: [...change.audit, ...told.audit], events: [...change.events, ...told.events] };
}

function uncompared(work: Work, verdict: Exclude<Verdict, { kind: 'proven' }>, access: UpstreamAccess): Change {
  const inMs = verdict.kind === 'unavailable' ? waitBefore(UNAVAILABLE_LADDER_MS, work.operation.tries) : undefined;
  if (inMs !== undefined) {
    const waiting = waitingFor('ehr_unreachable', inMs, access.clock);
    return changeOf(work, { operation: 'waiting', next: { inMs, budget: 'token' }, waiting, tries: work.operation.tries + 1 });
  }
  const upstream = verdict.kind === 'refused' ? { upstream: { status: verdict.status, error: verdict.error } } : {};
  const problem = problemDocument(updateProblem('registrations.read_unknown', upstream));
  // Whether it is gone is not concluded here.
  const dead = verdict.kind === 'refused' && verdict.error === 'invalid_client';
  return changeOf(
    work,
    { operation: 'failed', next: 'done', problem },
    dead ? { follow: { kind: 'verify', input: { cause: 'invalid_client' } } } : {},
  );
}
