import type { Change, SettledAttempt } from './change.js';
import { changeOf } from './change-of.js';
import { markerOf } from './client-keys.js';
import { present } from './present.js';
import { takeRegisterStep } from './register-step.js';
import { residueOf } from './residue.js';
import type { Step } from './step.js';
import type { StepContext, StepResult } from './strategy.js';
import type { UpstreamAccess } from './upstream-access.js';
import { without } from './without.js';
import type { Work } from './work.js';

/**
 * Registers another client beside the one that is in use (H-05): the same exchange and the same journal as a first
 * registration, and the registration keeps its client, status and words until the new one is proven. The step is called `register`.
 */
export async function takeSuccessorStep(work: Work, step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const result = await takeRegisterStep(
    work,
    step,
    { ...context, commit: (change) => context.commit(beside(work, change, access.clock.now())) },
    access,
  );
  if (result.kind === 'stop') return result;
  const { client: successor, ...after } = result.work;
  return {
    kind: 'next',
    work: { ...after, registration: work.registration, ...present('client', work.client), ...present('pendingClient', successor) },
  };
}

/** The same rows, and nothing of the registration itself. */
function beside(work: Work, change: Change, now: Date): Change {
  const { operation, next, ifClaimed } = change;
  const rows = without(change, 'registration', 'operation', 'next', 'audit', 'events', 'ifClaimed');
  const standing = {
    operation: operation.status,
    next,
    steps: operation.steps,
    tries: operation.tries,
    ...present('waiting', operation.waiting),
    ...present('problem', operation.problem),
  };
  if (change.client && operation.status === 'action_required') return left(work, standing, rows, change.client, now);
  if (rows.settledAttempt?.status === 'unknown') return mayBeLeft(work, standing, rows, rows.settledAttempt);
  const adopted = rows.settledAttempt?.status === 'adopted';
  return changeOf(work, standing, {
    ...rows,
    ...(adopted ? { supersede: true } : {}),
    ...present('ifClaimed', ifClaimed && beside(work, ifClaimed, now)),
  });
}

/** The answer was lost: the client in use goes on, and one that may have been made is listed at once, for nothing else would ask about it (I1). */
function mayBeLeft(work: Work, standing: Parameters<typeof changeOf>[1], rows: Partial<Change>, attempt: SettledAttempt): Change {
  const residue = residueOf('outcome_unknown', { marker: markerOf(attempt.id) });
  return changeOf(
    work,
    { ...standing, operation: 'failed', next: 'done', registration: { residue: [residue] } },
    { ...rows, settledAttempt: { ...attempt, status: 'orphaned' }, ...present('retire', work.pending && [work.pending.id]) },
  );
}

/** What was granted is not what was asked for: the client in use goes on, and the other one is named for whoever removes it. */
function left(
  work: Work,
  standing: Parameters<typeof changeOf>[1],
  rows: Partial<Change>,
  client: NonNullable<Change['client']>,
  at: Date,
): Change {
  const kept = without(rows, 'credentials', 'attach');
  const residue = residueOf('replacement_differs', { clientId: client.clientId });
  return changeOf(
    work,
    { ...standing, operation: 'failed', registration: { residue: [residue] } },
    {
      ...kept,
      changedClients: [...(kept.changedClients ?? []), { id: client.id, status: 'orphaned', ended: { at, by: 'replacement_differs' } }],
      ...present('retire', work.pending && [work.pending.id]),
      ...present('settledAttempt', kept.settledAttempt && { ...kept.settledAttempt, status: 'orphaned' as const }),
    },
  );
}
