import type { Database } from '@registrar/database';
import { deleteClient, judgeDeletion, parseDelete, parseRead, readClient, type DeleteOutcome } from '@registrar/dcr';
import type { Problem } from '@registrar/problem';
import {
  managedExchange,
  managementContext,
  without,
  type ManagedAnswer,
  type Residue,
  type Settled,
  type Step,
  type StepContext,
  type StepResult,
  type UpstreamAccess,
  type Work,
  type WorkClient,
} from '@registrar/registrations';
import { retired } from './retire.step.js';
import { revokeCachedTokens } from './revoke-tokens.js';
import { stepProblem } from './rotation-step.problems.js';
import { doneChange, ending, stepDone } from './step-done.js';

/** Ends what the old client was given (RFC 7009), as far as it is known here: that a deletion ends tokens is only "if possible". */
export async function takeRevokeTokens(
  work: Work,
  step: Step,
  context: StepContext,
  access: UpstreamAccess,
  database: Database,
): Promise<StepResult> {
  await revokeCachedTokens(work, access, database);
  return stepDone(work, step, context, access.clock);
}

/** Deletes the client that was replaced (H-05): never before its successor is proven and the grace is over. */
export function takeRemoveClient(work: Work, step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const { previousClient: client } = work;
  if (!client) return stepDone(work, step, context, access.clock);
  return managedExchange(work, step, context, access, {
    kind: 'deregister',
    client,
    prepare: () => ({ metadata: {}, send: (managed, request) => deleteClient(access.outbound, access.clock, managed, request) }),
    settle: (answer) => settle(answer, step, access),
    refuse: (refused, problem) => gone(refused, step, access, client, problem).change,
  });
}

function settle(answer: ManagedAnswer, step: Step, access: UpstreamAccess): Settled {
  const { work, client, record } = answer;
  const { quirks } = work.upstream;
  const outcome = parseDelete(answer.exchange, {
    quirks,
    secrets: managementContext(answer, access.clock.now()).secrets,
    now: access.clock.now(),
  });
  const bare = without(record, 'answer');
  const settledAttempt = { ...bare, status: statusOf(outcome), outcome: { kind: outcome.kind } } as const;
  const settled = settledBy(outcome, work, client, step, access);
  return { ...settled, change: { ...settled.change, settledAttempt } };
}

function settledBy(outcome: DeleteOutcome, work: Work, client: WorkClient, step: Step, access: UpstreamAccess): Settled {
  // 401 to a first deletion says nothing of the client (B-09): the token may have been replaced at the EHR.
  if (outcome.kind === 'deleted' || outcome.kind === 'already_gone') return doneChange(work, step, access.clock, { work });
  if (outcome.kind === 'not_sent' && outcome.retryable) return { change: ending(work, stepProblem('rotations.ehr_unreachable')) };
  return gone(work, step, access, client, stepProblem('rotations.predecessor_left'));
}

function statusOf({ kind }: DeleteOutcome): 'deleted' | 'not_sent' | 'unknown' | 'refused' {
  if (kind === 'deleted' || kind === 'already_gone') return 'deleted';
  return kind === 'not_sent' || kind === 'unknown' ? kind : 'refused';
}

/** It cannot be deleted from here: the credential is destroyed, and who has to remove the client is said. */
function gone(work: Work, step: Step, access: UpstreamAccess, client: WorkClient, problem: Problem): Settled {
  const residue: Residue = {
    client_id: client.clientId,
    reason: problem.message,
    next_action: { actor: 'ehr_administrator', label: 'Remove the client at the EHR' },
  };
  const { rows, events } = work.previous ? retired(work, work.previous) : { rows: {}, events: [] };
  return doneChange(work, step, access.clock, {
    rows: { ...rows, changedClients: [{ id: client.id, status: 'orphaned', ended: { at: access.clock.now(), by: 'delete_refused' } }] },
    events,
    registration: { previousClientId: null, residue: [residue] },
    instead: [],
  });
}

/** The old client is a person's to remove, or was removed by one: here its credential goes. */
export function takeLetGoOfClient(work: Work, step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const { rows, events } = work.previous ? retired(work, work.previous) : { rows: {}, events: [] };
  return stepDone(work, step, context, access.clock, { rows, events, registration: { previousClientId: null } });
}

/** Reads the client once more where that can be done: servers that say 204 and keep it are told from those that mean it (U23). */
export function takeConfirmGone(work: Work, step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const { previousClient: client, previous } = work;
  if (!client) return stepDone(work, step, context, access.clock);
  const { rows, events } = previous ? retired(work, previous) : { rows: {}, events: [] };
  const done = {
    rows: { ...rows, changedClients: [{ id: client.id, status: 'deleted' as const, ended: { at: access.clock.now(), by: 'deletion' } }] },
    events,
    registration: { previousClientId: null },
  };
  return managedExchange(work, step, context, access, {
    kind: 'read',
    client,
    prepare: () => ({ metadata: {}, send: (managed, request) => readClient(access.outbound, access.clock, managed, request) }),
    settle: (answer) => {
      const outcome = parseRead(answer.exchange, managementContext(answer, access.clock.now()));
      const bare = without(answer.record, 'answer');
      const verdict = judgeDeletion(outcome);
      const settledAttempt = { ...bare, status: 'applied', outcome: { verdict } } as const;
      const settled =
        verdict === 'still_there'
          ? gone(
              answer.work,
              step,
              access,
              client,
              stepProblem('rotations.predecessor_left', { detail: 'The EHR said that the client is deleted, and still has it.' }),
            )
          : doneChange(answer.work, step, access.clock, done);
      return { ...settled, change: { ...settled.change, settledAttempt } };
    },
    refuse: (refused) => doneChange(refused, step, access.clock, done).change,
  });
}
