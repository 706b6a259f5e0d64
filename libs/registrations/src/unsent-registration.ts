import type { Clock } from '@registrar/clock';
import type { RegistrationOutcome } from '@registrar/dcr';
import type { TokenEvent } from '@registrar/ehrs';
import { problemDocument } from '@registrar/problem';
import type { StatementOutcome } from '@registrar/statements';
import { jittered, ladderOf, waitBefore, waitingFor } from './backoff.js';
import type { AnswerRecord, Change } from './change.js';
import { changeOf } from './change-of.js';
import { present } from './present.js';
import { firstLook, withReconcile } from './reconciliation.js';
import { registrationProblem } from './registrations.problems.js';
import type { UpstreamAccess } from './upstream-access.js';
import type { Work } from './work.js';

/** Why it is unknown, in words that end "We sent the registration but …". */
const BECAUSE: Readonly<Record<string, string>> = {
  timeout: 'no answer came in time',
  connection_lost: 'the connection broke before an answer came',
  server_error: 'the EHR answered with an error of its own',
  request_timeout: 'the EHR says that it waited too long for us',
  conflict: 'the EHR says that something like it may exist already',
  too_early: 'the EHR was not ready to take it',
  client_id_missing: 'the answer names no client',
  client_id_unusable: 'the answer names a client that cannot be used',
  not_json_content: 'the answer is a page, not data',
};

/** What became of the initial access token that the attempt had reserved (I-02). */
export function tokenEvent(work: Work, event: Exclude<TokenEvent, 'use'>): Pick<Change, 'initialAccessToken'> {
  const id = work.attempt?.initialAccessTokenId;
  return present('initialAccessToken', id === undefined ? undefined : { id, event });
}

/** What the answer said of the software statement that the attempt was sent with. */
export function statementEvent(work: Work, event: StatementOutcome['event']): Pick<Change, 'softwareStatement'> {
  const id = work.attempt?.softwareStatementId;
  return present('softwareStatement', id === undefined ? undefined : { id, event });
}

/** Nothing was sent: tried again later where waiting can help, refused with words where it cannot (K-9, K-53). */
export function notSentChange(
  work: Work,
  outcome: Extract<RegistrationOutcome, { kind: 'not_sent' }>,
  record: AnswerRecord,
  access: UpstreamAccess,
): Change {
  const settledAttempt = { ...record, status: 'not_sent', outcome: { code: outcome.code } } as const;
  const problem = problemDocument(unreachable(outcome.code));
  const waitMs = outcome.retryable ? waitBefore(ladderOf(outcome.code), work.operation.tries) : undefined;
  const inMs = waitMs === undefined ? undefined : jittered(waitMs);
  const rows = { settledAttempt, ...tokenEvent(work, 'return') };
  if (inMs === undefined) return changeOf(work, { event: 'refuse', operation: 'failed', next: 'done', problem }, rows);
  const waiting = waitingFor(outcome.code === 'timeout' ? 'ehr_slow' : 'ehr_unreachable', inMs, access.clock);
  return changeOf(
    work,
    {
      event: 'retry_later',
      operation: 'waiting',
      next: { inMs, budget: 'registration' },
      problem,
      waiting,
      tries: work.operation.tries + 1,
    },
    rows,
  );
}

function unreachable(code: string) {
  const detail = `The EHR could not be reached (${code}); nothing was sent.`;
  if (code === 'blocked_address' || code === 'port_refused' || code === 'invalid_url')
    return registrationProblem('registrations.blocked_address', { detail: `The EHR's address is refused (${code}); nothing was sent.` });
  return code === 'tls_failed'
    ? registrationProblem('registrations.tls_invalid', { detail })
    : registrationProblem('registrations.ehr_unreachable', { detail });
}

/**
 * The answer was lost, or cannot be used: a client may exist. Where the server lets it be cleared up that is done, later; else it waits
 * for a person, and is never sent again by itself (H-30).
 */
export function lostChange(
  work: Work,
  outcome: Extract<RegistrationOutcome, { kind: 'unknown' }>,
  record: AnswerRecord,
  clock: Clock,
): Change {
  const marker = work.attempt?.marker ?? '';
  const problem = problemDocument(
    registrationProblem('registrations.outcome_unknown', {
      detail: `We sent the registration but ${BECAUSE[outcome.because] ?? 'the answer could not be used'}. A client with the marker ${marker} may exist at the EHR.`,
      extra: { marker },
      ...present('upstream', outcome.status === undefined ? undefined : { status: outcome.status }),
    }),
  );
  const standing = { event: 'lose_answer', operation: 'outcome_unknown', next: 'done', problem } as const;
  const rows = { settledAttempt: { ...record, status: 'unknown', outcome: { because: outcome.because } } as const, ...repeated(work) };
  const inMs = firstLook(work);
  if (inMs === undefined) return changeOf(work, standing, rows);
  const waiting = waitingFor('reconciling', inMs, clock);
  const next = { at: new Date(waiting.until ?? 0), budget: 'registration' } as const;
  return changeOf(work, { ...standing, operation: 'waiting', next, waiting, tries: 0, steps: withReconcile(work) }, rows);
}

/** The attempt whose marker was sent again is accounted for by the one that repeated it. */
export function repeated({ operation }: Work): Pick<Change, 'concluded'> {
  const of = operation.steps.find(({ name }) => name === 'register')?.repeat?.of;
  return of === undefined ? {} : { concluded: { id: of, status: 'superseded', reason: 'repeated' } };
}
