import {
  examineCredential,
  type Step,
  type StepContext,
  type StepResult,
  type UpstreamAccess,
  type Work,
  type WorkCredential,
} from '@registrar/registrations';
import { lesson } from './prove-successor.step.js';
import { rotationWay } from './rotation-way.js';
import { stepProblem } from './rotation-step.problems.js';
import { endWith, stepDone } from './step-done.js';
import { swapBack } from './swap.js';

/**
 * Goes back to the previous credential while its overlap is open: it is proven first, like every one that becomes current. A server
 * that issued another secret to the same client may end the old one at any moment: the newer one is kept, and another is issued soon.
 */
export async function takeRollBack(work: Work, step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const { previous, current, client, previousClient } = work;
  const back = previousClient ?? client;
  if (!previous || !current || !client || !back) return endWith(work, context, stepProblem('rotations.nothing_to_go_back_to'));
  const verdict = await examineCredential(work, back, previous, access);
  if (verdict.kind !== 'proven')
    return endWith(
      work,
      context,
      stepProblem(verdict.kind === 'refused' ? 'rotations.predecessor_not_proven' : 'rotations.token_unavailable'),
    );
  const set = current.keySetId !== undefined && current.keySetId === previous.keySetId ? current.keySetId : undefined;
  const secret = !previousClient && current.kind === 'client_secret';
  const lasts = !secret || previous.version > current.version || !reissues(work, previous, access.clock.now());
  const swap = previousClient ? swapBack(previousClient, client) : undefined;
  const data = { operation_id: work.operation.id, credential_id: previous.id, version: previous.version };
  return stepDone(work, step, context, access.clock, {
    rows: {
      rollBack: { credentialId: previous.id, keep: secret, ...(lasts ? {} : { replaceAt: access.clock.now() }) },
      ...(previousClient || secret ? {} : { spentSecrets: [{ subjectId: current.id, kind: current.kind, version: current.version }] }),
      ...(set === undefined ? {} : { keySets: [{ id: set }] }),
      ...lesson(work, verdict),
      ...swap?.rows,
    },
    registration: {
      proof: verdict.proof,
      lastVerifiedAt: access.clock.now(),
      ...swap?.registration,
    },
    ...(work.registration.status === 'active' ? {} : { event: 'prove' as const }),
    events: [
      { type: 'credential.rolled_back', subject: { type: 'registration', id: work.registration.id }, tenantId: work.tenant.id, data },
    ],
    work: {
      ...work,
      current: { ...previous, stage: 'current' },
      previous: { ...current, stage: secret ? 'previous' : 'retired' },
      client: back,
      ...(previousClient ? { previousClient: client } : {}),
    },
  });
}

/** Whether the server issues another secret by itself to a client that has this one. */
function reissues(work: Work, previous: WorkCredential, now: Date): boolean {
  const way = rotationWay({ ...work, current: previous }, now);
  return way === 'secret_by_read' || way === 'secret_by_update';
}
