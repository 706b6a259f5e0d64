import { Problem, problemDocument } from '@registrar/problem';
import { digestText, newId } from '@registrar/vault';
import { changeOf } from './change-of.js';
import { markerOf } from './client-keys.js';
import { completionProblem } from './complete.problems.js';
import { finishedUpdate } from './finished-update.js';
import { registrationProblem } from './registrations.problems.js';
import { markStep, type Step, type StepPlan } from './step.js';
import type { StepContext, StepResult } from './strategy.js';
import type { UpstreamAccess } from './upstream-access.js';
import { failed, wantedFor } from './update-step.js';
import { markerIn } from './wanted-document.js';
import type { Work } from './work.js';

/** A person changes the client at the vendor's portal; then it is proven again. */
export const PORTAL_UPDATE: readonly StepPlan[] = [
  { name: 'change_at_portal', kind: 'wait_for_person' },
  { name: 'prove_update', kind: 'probe' },
];

const STOP: StepResult = { kind: 'stop' };

/**
 * Hands the worksheet of a change to a person (D-40): an attempt that is with them, beside a registration that goes on as it is.
 * Where nothing differs from what was typed in the last time, nobody is asked.
 */
export async function takePortalUpdateStep(work: Work, step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const { client } = work;
  const wanted = client ? wantedFor(work, client, access) : registrationProblem('registrations.not_active');
  if (wanted instanceof Problem || !client) {
    if (wanted instanceof Problem) await context.commit(failed(work, wanted));
    return STOP;
  }
  const problem = problemDocument(completionProblem('registrations.waits_for_portal_change'));
  const steps = markStep(work.operation.steps, step.name, 'running', access.clock.now());
  const standing = { operation: 'action_required', next: 'done', problem, steps } as const;
  if (work.attempt?.status === 'with_person') {
    await context.commit(changeOf(work, standing));
    return STOP;
  }
  if (JSON.stringify(sorted(wanted.document)) === JSON.stringify(sorted(client.requestedMetadata))) {
    await context.commit(finishedUpdate(work, access));
    return STOP;
  }
  const id = newId();
  const newAttempt = {
    id,
    kind: 'worksheet',
    status: 'with_person',
    authorizationServerId: work.upstream.authorizationServerId,
    marker: markerIn(client.requestedMetadata) ?? markerOf(id),
    url: work.upstream.endpoints.token ?? '',
    metadata: wanted.document,
    metadataDigest: digestText(JSON.stringify(wanted.document)),
    deadlineMs: 0,
  } as const;
  await context.commit(changeOf(work, standing, { newAttempt }));
  return STOP;
}

function sorted(document: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(document).sort(([left], [right]) => (left < right ? -1 : 1));
}
