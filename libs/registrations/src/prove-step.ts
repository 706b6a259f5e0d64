import { problemDocument } from '@registrar/problem';
import { changeOf } from './change-of.js';
import { examineCredential } from './examine-credential.js';
import { climbProbeLadder, mayBeGone } from './probe-ladder.js';
import { provenChange, unprovenChange } from './proof.js';
import { registrationProblem } from './registrations.problems.js';
import type { Step } from './step.js';
import type { StepContext, StepResult } from './strategy.js';
import type { UpstreamAccess } from './upstream-access.js';
import type { Work } from './work.js';

const STOP: StepResult = { kind: 'stop' };

/** Proves the newest credential. It becomes current, and the registration active, only by this. */
export async function takeProveStep(work: Work, step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const credential = work.pending ?? work.current;
  if (!work.client || !credential || work.upstream.endpoints.token === undefined) {
    const problem = problemDocument(
      registrationProblem('registrations.not_active', { detail: 'There is no client, no credential or no token endpoint to prove it at.' }),
    );
    await context.commit(changeOf(work, { event: 'need_action', action: 'fix_credential', operation: 'failed', next: 'done', problem }));
    return STOP;
  }
  const verdict = await examineCredential(work, work.client, credential, access);
  if (verdict.kind !== 'proven' && mayBeGone(work, verdict)) return climbProbeLadder(work, step, verdict, context, access);
  await context.commit(
    verdict.kind === 'proven' ? provenChange(work, step, credential, verdict, access) : unprovenChange(work, verdict, access),
  );
  return STOP;
}
