import { compareMetadata, learnedFrom, updateClient, updateDocument } from '@registrar/dcr';
import { problemDocument } from '@registrar/problem';
import { adoptManaged, type AdoptedAnswer } from './adopt-managed.js';
import type { Change, SettledAttempt } from './change.js';
import { changeOf } from './change-of.js';
import { unfinishedUpdate } from './finished-update.js';
import { managedExchange, type ManagedAnswer, type Settled } from './managed-exchange.js';
import { present } from './present.js';
import { lessonOf } from './setback.js';
import { appliedAttempt, proofOf, updateOutcome } from './settle-update.js';
import type { Step } from './step.js';
import type { StepContext, StepResult } from './strategy.js';
import type { UpstreamAccess } from './upstream-access.js';
import { updateProblem } from './updates.problems.js';
import { markerIn } from './wanted-document.js';
import type { Work } from './work.js';

const STOP: StepResult = { kind: 'stop' };

/**
 * Takes a change back: the EHR gave the client redirect URIs or a way to authenticate that nobody asked for (A-35, K-21, K-23), so
 * the whole document of before is put back. Where that does not help either, the registration stops until a person has looked.
 */
export async function takeUndoStep(work: Work, step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const { client } = work;
  if (!client) return STOP;
  return managedExchange(work, step, context, access, {
    kind: 'update',
    client,
    prepare: (held) => {
      const update = updateDocument({
        server: { requested: client.requestedMetadata, granted: client.grantedMetadata },
        desired: client.requestedMetadata,
        clientId: client.clientId,
        quirks: held.clientSecret ? work.upstream.quirks : { ...work.upstream.quirks, putSecret: 'omit' },
        ...present('clientSecret', held.clientSecret),
        ...present('marker', markerIn(client.requestedMetadata)),
      });
      return {
        metadata: client.requestedMetadata,
        send: (managed, request) => updateClient(access.outbound, access.clock, managed, { ...request, update }),
      };
    },
    settle: (answer) => settleUndo(answer, access),
    refuse: (stopped) => notUndone(stopped, {}),
  });
}

function settleUndo(answer: ManagedAnswer, access: UpstreamAccess): Settled {
  const { work, client, record } = answer;
  const now = access.clock.now();
  const outcome = updateOutcome(answer, now);
  if (outcome.kind !== 'accepted') {
    const status = outcome.kind === 'refused' || outcome.kind === 'not_sent' || outcome.kind === 'unknown' ? outcome.kind : 'orphaned';
    return { change: notUndone(work, { settledAttempt: { ...record, status, outcome: { kind: outcome.kind } } }) };
  }
  const comparison = compareMetadata(client.requestedMetadata, outcome.client.granted, { marker: work.upstream.quirks.marker });
  const adopted = adoptManaged(answer, outcome, { now });
  const settledAttempt: SettledAttempt = appliedAttempt(answer, outcome, comparison.class);
  const rows = {
    ...adopted.rows,
    settledAttempt,
    ...lessonOf(work, learnedFrom({ request: 'update', outcome, now }, work.upstream.quirks)),
  };
  if (comparison.stop === 'redirect_uris_widened' || comparison.stop === 'auth_method_changed')
    return { change: notUndone(adopted.work, { ...rows }, comparison.drift) };
  return { change: undone(adopted, comparison.drift, rows) };
}

function undone(adopted: AdoptedAnswer, drift: string, rows: Partial<Change>): Change {
  const problem = problemDocument(updateProblem('registrations.update_undone'));
  return unfinishedUpdate(adopted.work, problem, { drift, manageable: 'yes' }, { ...rows, ...proofOf(adopted) });
}

function notUndone(work: Work, rows: Partial<Change>, drift = 'widened'): Change {
  const problem = problemDocument(updateProblem('registrations.update_not_undone'));
  const action = 'review_granted_metadata';
  return changeOf(
    work,
    { event: 'need_action', action, operation: 'action_required', next: 'done', problem, registration: { drift } },
    rows,
  );
}
