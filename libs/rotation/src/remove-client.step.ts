import type { Database } from '@registrar/database';
import { deleteClient, judgeDeletion, parseDelete, parseRead, readClient, type DeleteOutcome } from '@registrar/dcr';
import {
  examineCredential,
  leftReason,
  managedExchange,
  managementContext,
  refusalDoubted,
  without,
  type ManagedAnswer,
  type Settled,
  type Step,
  type StepContext,
  type StepResult,
  type UpstreamAccess,
  type Verdict,
  type Work,
  type WorkClient,
  type WorkCredential,
} from '@registrar/registrations';
import { credentialOf, gonePredecessor, leftPredecessor } from './ended-predecessor.js';
import { managedLater } from './managed-outcome.js';
import { removeLater } from './remove-later.js';
import { retired } from './retire.step.js';
import { stepProblem } from './rotation-step.problems.js';
import { doneChange, STOP, stepDone } from './step-done.js';

/** Deletes the client that was replaced (H-05): never before its successor is proven and the grace is over. */
export function takeRemoveClient(
  work: Work,
  step: Step,
  context: StepContext,
  access: UpstreamAccess,
  database: Database,
): Promise<StepResult> {
  const { previousClient: client } = work;
  if (!client) return stepDone(work, step, context, access.clock);
  return managedExchange(work, step, context, access, {
    kind: 'deregister',
    client,
    prepare: () => ({ metadata: {}, send: (managed, request) => deleteClient(access.outbound, access.clock, managed, request) }),
    settle: (answer) => settle(answer, step, access, database),
    refuse: (refused) => leftPredecessor(refused, step, access, client, leftReason(refused, client, access.clock.now())).change,
  });
}

async function settle(answer: ManagedAnswer, step: Step, access: UpstreamAccess, database: Database): Promise<Settled> {
  const { work, record } = answer;
  const { quirks } = work.upstream;
  const now = access.clock.now();
  const outcome = parseDelete(answer.exchange, { quirks, secrets: managementContext(answer, now).secrets, now });
  const bare = without(record, 'answer');
  const settledAttempt = { ...bare, status: statusOf(outcome), outcome: { kind: outcome.kind } } as const;
  if (outcome.kind === 'refused' && outcome.reason === 'rate_limited')
    return { change: managedLater(answer, access, 'rate_limited', outcome.retryAfterMs ?? 30_000, { settledAttempt }) };
  const settled = await settledBy(outcome, answer, step, access, database);
  return { ...settled, change: { ...settled.change, settledAttempt } };
}

function settledBy(
  outcome: DeleteOutcome,
  { work, client }: ManagedAnswer,
  step: Step,
  access: UpstreamAccess,
  database: Database,
): Settled | Promise<Settled> {
  switch (outcome.kind) {
    case 'deleted':
      return doneChange(work, step, access.clock, { work });
    // Gone already, or it did not know our token (B-09): its token endpoint says which.
    case 'already_gone':
    case 'ambiguous':
      return askTokenEndpoint(work, step, access);
    // A lost answer is asked for again by itself (K-46), as is an EHR that could not be reached.
    case 'unknown':
      return removeLater(work, step, access, database, client, {
        problem: stepProblem('rotations.predecessor_unknown'),
        left: 'outcome_unknown',
      });
    case 'not_sent':
      if (!outcome.retryable) return leftPredecessor(work, step, access, client, 'ehr_unreachable');
      return removeLater(work, step, access, database, client, {
        problem: stepProblem('rotations.ehr_unreachable'),
        left: 'ehr_unreachable',
      });
    case 'not_supported':
      return leftPredecessor(work, step, access, client, 'delete_not_supported');
    default:
      return leftPredecessor(work, step, access, client, 'delete_refused');
  }
}

function statusOf({ kind }: DeleteOutcome): 'deleted' | 'not_sent' | 'unknown' | 'refused' {
  if (kind === 'deleted' || kind === 'already_gone') return 'deleted';
  return kind === 'not_sent' || kind === 'unknown' ? kind : 'refused';
}

/** Its token endpoint tells whether the client is gone, where nothing else does. */
function askTokenEndpoint(work: Work, step: Step, access: UpstreamAccess): Settled {
  return doneChange(work, step, access.clock, { work, instead: [{ name: 'confirm_absence', kind: 'probe' }] });
}

/**
 * Reads the client once more where that can be done: servers that say 204 and keep it are told from those that mean it (U23).
 * Where it cannot, or the read says nothing, the token endpoint is asked.
 */
export function takeConfirmGone(work: Work, step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const { previousClient: client } = work;
  if (!client) return stepDone(work, step, context, access.clock);
  return managedExchange(work, step, context, access, {
    kind: 'read',
    client,
    prepare: () => ({ metadata: {}, send: (managed, request) => readClient(access.outbound, access.clock, managed, request) }),
    settle: (answer) => {
      const verdict = judgeDeletion(parseRead(answer.exchange, managementContext(answer, access.clock.now())));
      const settledAttempt = { ...without(answer.record, 'answer'), status: 'applied', outcome: { verdict } } as const;
      const settled = settledByRead(verdict, answer.work, step, access, client);
      return { ...settled, change: { ...settled.change, settledAttempt } };
    },
    refuse: (refused) => ({ ...askTokenEndpoint(refused, step, access).change, next: 'let_go' }),
  });
}

function settledByRead(
  verdict: ReturnType<typeof judgeDeletion>,
  work: Work,
  step: Step,
  access: UpstreamAccess,
  client: WorkClient,
): Settled {
  if (verdict === 'still_there') return leftPredecessor(work, step, access, client, 'delete_unconfirmed');
  return verdict === 'gone' ? gonePredecessor(work, step, access, client, 'read') : askTokenEndpoint(work, step, access);
}

/** Whether a client that its server does not know by our token is gone: `invalid_client` says so (B-10), unless the credential may be dead by itself. */
export async function takeConfirmAbsence(
  work: Work,
  step: Step,
  context: StepContext,
  access: UpstreamAccess,
  database: Database,
): Promise<StepResult> {
  const { previousClient: client } = work;
  if (!client) return stepDone(work, step, context, access.clock);
  const previous = credentialOf(work, client);
  // Without a credential of it nobody can ask its token endpoint; what nobody has seen go is listed.
  const settled = previous
    ? await settledByToken(await examineCredential(work, client, previous, access), work, step, access, database, client, previous)
    : unseen(work, step, access, client);
  return (await context.commit(settled.change)) === 'written' && settled.work ? { kind: 'next', work: settled.work } : STOP;
}

async function settledByToken(
  verdict: Verdict,
  work: Work,
  step: Step,
  access: UpstreamAccess,
  database: Database,
  client: WorkClient,
  credential: WorkCredential,
): Promise<Settled> {
  if (verdict.kind === 'unavailable') {
    const problem = stepProblem('rotations.token_unavailable', { detail: `It did not answer (${verdict.code}).` });
    return removeLater(work, step, access, database, client, { problem, left: 'ehr_unreachable' });
  }
  const dead = verdict.kind === 'refused' && verdict.error === 'invalid_client';
  if (dead && !(await refusalDoubted(database, work, client, credential, access.clock.now())))
    return gonePredecessor(work, step, access, client, 'token_endpoint');
  return unseen(work, step, access, client);
}

/** Nobody saw it go, whatever the server said: it is listed for the EHR's administrator (U23). */
function unseen(work: Work, step: Step, access: UpstreamAccess, client: WorkClient): Settled {
  return leftPredecessor(work, step, access, client, saidDeleted(work) ? 'delete_unconfirmed' : 'registration_access_token_lost');
}

/** Only what was said to be deleted is looked for. */
function saidDeleted({ operation }: Work): boolean {
  return operation.steps.some(({ name }) => name === 'confirm_gone');
}

/** The old client is a person's to remove, or was removed by one: here its credential goes. */
export function takeLetGoOfClient(work: Work, step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const { previousClient } = work;
  const previous = previousClient && credentialOf(work, previousClient);
  const { rows, events } = previous ? retired(work, previous) : { rows: {}, events: [] };
  return stepDone(work, step, context, access.clock, {
    rows,
    events,
    ...(previousClient ? { registration: { endedClientId: previousClient.id } } : {}),
  });
}
