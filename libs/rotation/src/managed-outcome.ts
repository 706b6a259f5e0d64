import type { ManagementAccepted, ReadOutcome } from '@registrar/dcr';
import type { Problem } from '@registrar/problem';
import { changeOf, without, type ManagedAnswer, type Settled, type UpstreamAccess } from '@registrar/registrations';
import { stepProblem } from './rotation-step.problems.js';
import { ending, type End } from './step-done.js';

const NOT_SENT_LADDER_MS = [5_000, 30_000, 120_000, 600_000, 3_600_000] as const;

/** What to do with each answer to a request that a rotation makes of a client. */
export interface Answered {
  readonly accepted: (outcome: ManagementAccepted) => Settled;
  /** The server may have done it, and the answer is lost. */
  readonly unknown: () => Settled;
  /** The words where it said no, and how it ends. */
  readonly refused?: (problem: Problem) => { readonly problem: Problem; readonly end?: End };
}

/** Settles the attempt of a read or an update by what came back. */
export function settleManaged(answer: ManagedAnswer, outcome: ReadOutcome, access: UpstreamAccess, answered: Answered): Settled {
  const { work, record } = answer;
  const bare = without(record, 'answer');
  switch (outcome.kind) {
    case 'accepted': {
      const settled = answered.accepted(outcome);
      const settledAttempt = {
        ...bare,
        status: 'applied',
        upstreamClientId: answer.client.clientId,
        outcome: { findings: outcome.findings },
      } as const;
      return { ...settled, change: { ...settled.change, settledAttempt } };
    }
    case 'not_sent': {
      const inMs = NOT_SENT_LADDER_MS[work.operation.tries];
      const settledAttempt = { ...bare, status: 'not_sent', outcome: { code: outcome.code } } as const;
      const problem = stepProblem('rotations.ehr_unreachable', {
        detail: `The EHR could not be reached (${outcome.code}); nothing was sent.`,
      });
      if (inMs === undefined || !outcome.retryable) return { change: ending(work, problem, { rows: { settledAttempt } }) };
      return { change: managedLater(answer, access, 'ehr_unreachable', inMs, { settledAttempt }) };
    }
    case 'refused': {
      const settledAttempt = { ...bare, status: 'refused', outcome: { reason: outcome.reason, status: outcome.status } } as const;
      if (outcome.reason === 'rate_limited')
        return { change: managedLater(answer, access, 'rate_limited', outcome.retryAfterMs ?? 30_000, { settledAttempt }) };
      const { status, error, description } = outcome;
      const upstream = {
        status,
        ...(error === undefined ? {} : { error }),
        ...(description === undefined ? {} : { error_description: description }),
      };
      const { problem, end } = answered.refused?.(stepProblem('rotations.issue_refused', { upstream })) ?? {
        problem: stepProblem('rotations.issue_refused', { upstream }),
      };
      return { change: ending(work, problem, { ...end, rows: { ...end?.rows, settledAttempt } }) };
    }
    case 'other_client': {
      const settledAttempt = { ...record, status: 'refused', outcome: { reason: 'other_client' } } as const;
      const detail = 'The EHR answered about another client; nothing of the answer was taken over.';
      return { change: ending(work, stepProblem('rotations.issue_refused', { detail }), { rows: { settledAttempt } }) };
    }
    default: {
      const settled = answered.unknown();
      const settledAttempt = { ...record, status: 'unknown', outcome: { because: outcome.because } } as const;
      return { ...settled, change: { ...settled.change, settledAttempt } };
    }
  }
}

/** The change with which a request is made once more after this time. */
export function managedLater(
  answer: ManagedAnswer,
  access: UpstreamAccess,
  reason: string,
  inMs: number,
  rows: Parameters<typeof changeOf>[2],
) {
  const { work } = answer;
  const until = new Date(access.clock.now().getTime() + inMs).toISOString();
  const standing = {
    operation: 'waiting',
    next: { inMs, budget: 'registration' },
    waiting: { reason, until },
    tries: work.operation.tries + 1,
  } as const;
  return changeOf(work, standing, rows);
}
