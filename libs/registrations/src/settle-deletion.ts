import { parseDelete, type DeleteOutcome } from '@registrar/dcr';
import { waitBefore, waitingFor } from './backoff.js';
import type { Change, SettledAttempt } from './change.js';
import { changeOf } from './change-of.js';
import { goingOnWith } from './deregister-steps.js';
import { leftClient } from './ended-client.js';
import { heldValues } from './held-secrets.js';
import type { ManagedAnswer, Settled } from './managed-exchange.js';
import { present } from './present.js';
import { leavingLadderOf, type UpstreamAccess } from './upstream-access.js';
import { without } from './without.js';
import type { Work } from './work.js';

/**
 * What came of a deletion. That the server said so is not enough: it is looked afterwards. That it does not know the client, or
 * our token, is no more, even after an answer of ours was lost: that deletion may never have arrived (B-09, K-46).
 */
export function settleDeletion(answer: ManagedAnswer, access: UpstreamAccess): Settled {
  const { work, client } = answer;
  const now = access.clock.now();
  const outcome = outcomeOf(answer, now);
  const settled = (status: SettledAttempt['status']) => ({ settledAttempt: settledAttempt(answer, outcome, status) });
  const left = (reason: Parameters<typeof leftClient>[2], rows: Partial<Change>) => leftClient(work, client, reason, now, rows);
  switch (outcome.kind) {
    case 'deleted':
      return lookNext(work, 'read', settled('deleted'));
    case 'already_gone':
    case 'ambiguous':
      return lookNext(work, 'absence', settled('refused'));
    case 'not_supported':
      return left('delete_not_supported', { ...settled('refused'), ...withoutDelete(work) });
    case 'not_sent': {
      const later = outcome.retryable ? laterDeletion(work, 'ehr_unreachable', access, settled('not_sent')) : undefined;
      return later ?? left('ehr_unreachable', settled('not_sent'));
    }
    case 'unknown': {
      const steps = goingOnWith(work.operation.steps, 'repeat');
      const asking = { ...work, operation: { ...work.operation, steps } };
      return laterDeletion(asking, 'answer_lost', access, settled('unknown')) ?? left('ehr_unreachable', settled('unknown'));
    }
    default: {
      if (outcome.reason !== 'rate_limited') return left('delete_refused', settled('refused'));
      const inMs = outcome.retryAfterMs ?? 30_000;
      const { authorizationServerId } = work.upstream;
      const gate = { authorizationServerId, budget: 'registration', shutForMs: inMs, reason: 'rate_limited' } as const;
      return { change: waiting(work, 'rate_limited', inMs, work.operation.tries, access, { ...settled('refused'), gate }) };
    }
  }
}

/** Tried again along the ladder; undefined after its last rung. */
export function laterDeletion(work: Work, reason: string, access: UpstreamAccess, rows: Partial<Change> = {}): Settled | undefined {
  const inMs = waitBefore(leavingLadderOf(access), work.operation.tries);
  return inMs === undefined ? undefined : { change: waiting(work, reason, inMs, work.operation.tries + 1, access, rows) };
}

function waiting(work: Work, reason: string, inMs: number, tries: number, access: UpstreamAccess, rows: Partial<Change>): Change {
  const wait = waitingFor(reason, inMs, access.clock);
  return changeOf(work, { operation: 'waiting', next: { inMs, budget: 'registration' }, waiting: wait, tries }, rows);
}

function lookNext(work: Work, by: 'read' | 'absence', rows: Partial<Change>): Settled {
  const steps = goingOnWith(work.operation.steps, by);
  return {
    change: changeOf(work, { operation: 'running', next: 'keep', steps, tries: 0 }, rows),
    work: { ...work, taken: true, operation: { ...work.operation, status: 'running', steps, tries: 0 } },
  };
}

/** Parsing never throws by contract; if it does all the same, nothing is known of it. */
function outcomeOf(answer: ManagedAnswer, now: Date): DeleteOutcome {
  try {
    return parseDelete(answer.exchange, { quirks: answer.work.upstream.quirks, secrets: heldValues(answer.held), now });
  } catch {
    return { kind: 'unknown', because: 'not_json', ...present('status', answer.exchange.status) };
  }
}

/** Nothing of a deletion's answer is worth keeping sealed: it issues nothing. */
function settledAttempt({ record }: ManagedAnswer, outcome: DeleteOutcome, status: SettledAttempt['status']): SettledAttempt {
  const { kind, ...said } = outcome;
  return { ...without(record, 'answer'), status, outcome: { result: kind, ...said } };
}

/** It is not asked again: a capability that was seen to be absent (B-09). */
function withoutDelete({ upstream: { authorizationServerId, quirks } }: Work): Pick<Change, 'learned'> {
  return { learned: { authorizationServerId, quirks: { management: quirks.management.filter((request) => request !== 'delete') } } };
}
