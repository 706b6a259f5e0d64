import { learnedFrom, type ManagementRefusal, type Quirks, type ReadOutcome } from '@registrar/dcr';
import { problemDocument, type Problem } from '@registrar/problem';
import { NOT_SENT_LADDER_MS, waitBefore, waitingFor } from './backoff.js';
import type { Change, SettledAttempt } from './change.js';
import { changeOf, type Standing } from './change-of.js';
import { lostControl } from './lost-control.js';
import type { ManagedAnswer, Settled } from './managed-exchange.js';
import { present } from './present.js';
import { updateProblem } from './updates.problems.js';
import type { UpstreamAccess } from './upstream-access.js';
import type { Work } from './work.js';

/** How often a read that changes nothing is made again. */
const READ_LADDER_MS = [5_000, 30_000, 120_000] as const;
/** How many lessons one operation may learn and go on: without this two quirks could answer each other for ever. */
const MOST_LESSONS = 2;

export type Setback = Exclude<ReadOutcome, { readonly kind: 'accepted' }>;

/**
 * What an answer comes to that is no success: waited for where waiting helps, learned from and tried once more where the server
 * says what it wants (K-35, K-36), and else the end of the operation, with the client as it was.
 */
export function setback(answer: ManagedAnswer, outcome: Setback, access: UpstreamAccess): Settled | Promise<Settled> {
  switch (outcome.kind) {
    case 'not_sent': {
      const problem = updateProblem('registrations.management_unreachable', { detail: `The EHR could not be reached (${outcome.code}).` });
      const inMs = outcome.retryable ? waitBefore(NOT_SENT_LADDER_MS, answer.work.operation.tries) : undefined;
      return { change: again(answer, { status: 'not_sent', outcome: { code: outcome.code } }, problem, inMs, access) };
    }
    case 'unknown': {
      const problem = updateProblem(
        'registrations.read_unknown',
        present('upstream', outcome.status === undefined ? undefined : { status: outcome.status }),
      );
      const inMs = waitBefore(READ_LADDER_MS, answer.work.operation.tries);
      return { change: again(answer, { status: 'unknown', outcome: { because: outcome.because } }, problem, inMs, access) };
    }
    case 'other_client':
      return { change: otherClient(answer, outcome.answeredClientId) };
    default:
      return refused(answer, outcome, access);
  }
}

function refused(answer: ManagedAnswer, outcome: ManagementRefusal, access: UpstreamAccess): Settled | Promise<Settled> {
  const { work, attempt } = answer;
  const settledAttempt = refusedAttempt(answer, outcome);
  const { quirks, authorizationServerId } = work.upstream;
  const request = attempt.kind === 'read' ? 'read' : 'update';
  const learned = lessonOf(work, learnedFrom({ request, outcome, now: access.clock.now() }, quirks));
  switch (outcome.reason) {
    case 'rate_limited': {
      const inMs = outcome.retryAfterMs ?? READ_LADDER_MS[1];
      const gate = { authorizationServerId, budget: 'registration', shutForMs: inMs, reason: 'rate_limited' } as const;
      return { change: waiting(work, 'rate_limited', inMs, access, { settledAttempt, gate }) };
    }
    case 'unauthorized':
    case 'not_found':
      return lostControl(answer, outcome, settledAttempt, access);
    case 'secret_unwanted':
    case 'secret_required':
    case 'method_not_supported': {
      const goesOn =
        'learned' in learned && work.operation.tries < MOST_LESSONS && (outcome.reason !== 'method_not_supported' || request === 'read');
      if (!goesOn) return { change: ended(work, outcome, { settledAttempt, ...learned }) };
      const steps =
        outcome.reason === 'method_not_supported' ? work.operation.steps.filter(({ name }) => name !== 'read') : work.operation.steps;
      const standing: Standing = {
        operation: 'running',
        next: { inMs: 0, budget: 'registration' },
        steps,
        tries: work.operation.tries + 1,
      };
      return { change: changeOf(work, standing, { settledAttempt, ...learned }) };
    }
    default:
      return { change: ended(work, outcome, { settledAttempt }) };
  }
}

/** The lesson as the journal writes it; nothing where there is none. */
export function lessonOf(work: Work, quirks: Partial<Quirks>): Pick<Change, 'learned'> {
  return Object.keys(quirks).length === 0 ? {} : { learned: { authorizationServerId: work.upstream.authorizationServerId, quirks } };
}

/** The attempt as it was refused, with the server's own words, redacted. */
export function refusedAttempt({ record }: ManagedAnswer, outcome: ManagementRefusal): SettledAttempt {
  const { reason, status, error, description, errorUri } = outcome;
  const words = { ...present('error', error), ...present('description', description), ...present('error_uri', errorUri) };
  return { ...record, status: 'refused', outcome: { reason, status, ...words } };
}

/** The server's words as a problem carries them. */
export function upstreamWords({ status, error, description }: ManagementRefusal) {
  return { upstream: { status, ...present('error', error), ...present('error_description', description) } };
}

function ended(work: Work, outcome: ManagementRefusal, rows: Partial<Change>): Change {
  const code =
    outcome.reason === 'method_not_supported'
      ? 'registrations.updates_not_taken'
      : outcome.reason === 'forbidden'
        ? 'registrations.update_forbidden'
        : 'registrations.update_refused';
  return changeOf(work, { operation: 'failed', next: 'done', problem: problemDocument(updateProblem(code, upstreamWords(outcome))) }, rows);
}

function again(
  { work, record }: ManagedAnswer,
  settled: Pick<SettledAttempt, 'status' | 'outcome'>,
  problem: Problem,
  inMs: number | undefined,
  access: UpstreamAccess,
): Change {
  const rows = { settledAttempt: { ...record, ...settled } };
  if (inMs === undefined) return changeOf(work, { operation: 'failed', next: 'done', problem: problemDocument(problem) }, rows);
  return waiting({ ...work, operation: { ...work.operation, tries: work.operation.tries + 1 } }, 'ehr_unreachable', inMs, access, rows);
}

function waiting(work: Work, reason: string, inMs: number, { clock }: UpstreamAccess, rows: Partial<Change>): Change {
  const until = waitingFor(reason, inMs, clock);
  return changeOf(work, { operation: 'waiting', next: { inMs, budget: 'registration' }, waiting: until }, rows);
}

/** Nothing of it is taken over; the sealed answer is kept for whoever looks into it (U22). */
function otherClient({ work, record }: ManagedAnswer, answered: string): Change {
  const problem = problemDocument(updateProblem('registrations.other_client', { extra: { answered_client_id: answered } }));
  const settledAttempt = { ...record, status: 'orphaned', outcome: { reason: 'other_client' } } as const;
  return changeOf(work, { operation: 'action_required', next: 'done', problem }, { settledAttempt });
}
