import { deleteClient, judgeDeletion, parseDelete, parseRead, readClient } from '@registrar/dcr';
import {
  managedExchange,
  managementContext,
  residueOf,
  without,
  type Change,
  type ManagedAnswer,
  type Settled,
  type Step,
  type StepContext,
  type StepResult,
  type UpstreamAccess,
  type Work,
  type WorkClient,
  type WorkCredential,
} from '@registrar/registrations';
import { stepProblem } from './rotation-step.problems.js';
import { doneChange, ending, endWith, type End } from './step-done.js';

/** Deletes a client that was registered to replace the one in use, and whose credential never worked. The rotation has failed. */
export async function takeRemoveSuccessor(work: Work, step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const { pendingClient } = work;
  if (!pendingClient) return endWith(work, context, stepProblem('rotations.not_proven'));
  return managedExchange(work, step, context, access, {
    kind: 'deregister',
    client: pendingClient,
    prepare: () => ({ metadata: {}, send: (managed, request) => deleteClient(access.outbound, access.clock, managed, request) }),
    settle: (answer) => settle(answer, step, pendingClient, access),
    refuse: (refused) => failed(refused, leftSuccessor(pendingClient, access)),
  });
}

/** That the server said so is not enough: it is asked for the client, and unless it denies it, the client is listed (U23). */
export async function takeConfirmSuccessorGone(work: Work, step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const { pendingClient } = work;
  if (!pendingClient) return endWith(work, context, stepProblem('rotations.not_proven'));
  return managedExchange(work, step, context, access, {
    kind: 'read',
    client: pendingClient,
    prepare: () => ({ metadata: {}, send: (managed, request) => readClient(access.outbound, access.clock, managed, request) }),
    settle: (answer) => {
      const now = access.clock.now();
      const verdict = judgeDeletion(parseRead(answer.exchange, managementContext(answer, now)));
      const gone = { rows: { changedClients: [{ id: pendingClient.id, status: 'deleted' as const, ended: { at: now, by: 'read' } }] } };
      const change = failed(answer.work, verdict === 'gone' ? gone : leftSuccessor(pendingClient, access));
      return { change: { ...change, settledAttempt: { ...without(answer.record, 'answer'), status: 'applied', outcome: { verdict } } } };
    },
    refuse: (refused) => failed(refused, leftSuccessor(pendingClient, access)),
  });
}

function settle(answer: ManagedAnswer, step: Step, client: WorkClient, access: UpstreamAccess): Settled {
  const { work, exchange, record } = answer;
  const now = access.clock.now();
  const { secrets } = managementContext(answer, now);
  const outcome = parseDelete(exchange, { quirks: work.upstream.quirks, secrets, now });
  const deleted = outcome.kind === 'deleted' || outcome.kind === 'already_gone';
  const settled: Settled = deleted
    ? doneChange(work, step, access.clock, { work, instead: [{ name: 'confirm_successor_gone', kind: 'upstream_read' }] })
    : { change: failed(work, leftSuccessor(client, access)) };
  const status = deleted ? 'deleted' : outcome.kind === 'unknown' ? 'unknown' : 'refused';
  const settledAttempt = { ...without(record, 'answer'), status, outcome: { kind: outcome.kind } } as const;
  return { ...settled, change: { ...settled.change, settledAttempt } };
}

function failed(work: Work, end: End): Change {
  const { pending } = work;
  return ending(work, stepProblem('rotations.not_proven'), { ...end, rows: { ...(pending ? discarded(pending) : {}), ...end.rows } });
}

/** What was never used is destroyed with its value. */
export function discarded({ id, kind, version }: WorkCredential): Pick<Change, 'retire' | 'spentSecrets'> {
  return { retire: [id], spentSecrets: [{ subjectId: id, kind, version }] };
}

/** It stays at the EHR, and is listed for its administrator. */
export function leftSuccessor(client: WorkClient, access: UpstreamAccess): Pick<End, 'rows' | 'registration'> {
  const by = 'replacement_unproven';
  return {
    rows: { changedClients: [{ id: client.id, status: 'orphaned', ended: { at: access.clock.now(), by } }] },
    registration: { residue: [residueOf(by, { clientId: client.clientId })] },
  };
}
