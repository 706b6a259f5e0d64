import { correlationHeaders, encodeExchange, parseRegistration, type Exchange, type RegistrationOutcome } from '@registrar/dcr';
import { faultPoint, switchedOff } from '@registrar/faults';
import type { Secret } from '@registrar/secret';
import type { Sealer } from '@registrar/vault';
import { acceptedChange } from './accepted-client.js';
import { pauseOf, seenIn } from './gate-sign.js';
import { present } from './present.js';
import { withoutStatement } from './software-statement.js';
import { refusedChange } from './refused-registration.js';
import { lostChange, notSentChange } from './unsent-registration.js';
import { without } from './without.js';
import type { AnswerRecord, Change } from './change.js';
import { changeOf } from './change-of.js';
import type { AttemptStatus } from './operation-status.js';
import type { StepContext, StepResult } from './strategy.js';
import type { UpstreamAccess } from './upstream-access.js';
import type { Work } from './work.js';

/** What went out with the request, to be cut out of what the server repeats. */
export interface SentSecrets {
  readonly token?: Secret;
  readonly statement?: Secret;
}

/**
 * What came of a registration: sealed first, then parsed, then written in one transaction. Where that transaction fails
 * for a reason of its own, the sealed answer is stored alone, and whoever takes over goes on from it.
 */
export async function settleRegistration(
  work: Work,
  exchange: Exchange,
  sealer: Sealer,
  context: StepContext,
  access: UpstreamAccess,
  sent: SentSecrets = {},
): Promise<StepResult> {
  const { attempt } = work;
  if (!attempt) throw new Error('An exchange is settled on its attempt');
  const sealed =
    exchange.kind === 'answered' ? sealer.seal({ subjectId: attempt.id, kind: 'answer', version: 1 }, encodeExchange(exchange)) : undefined;
  const record: AnswerRecord = {
    id: attempt.id,
    ...present('upstreamStatus', exchange.status),
    ...present('localAddress', exchange.localAddress),
    ...present('pauseMs', pauseOf(exchange, access.clock.now())),
    ...present(
      'correlation',
      correlationHeaders(
        exchange,
        [sent.token, sent.statement].filter((each) => each !== undefined),
      ),
    ),
    ...present('answer', sealed),
  };
  const kept = { workspaceId: work.scope.workspaceId, attempt: { ...record, status: standing(exchange) } };
  try {
    const settled = change(work, registrationOutcome(work, exchange, access, sent), record, sealer, access);
    await faultPoint('R6');
    const result = await context.commit(seenIn(exchange, settled.change));
    await faultPoint('R8');
    // Somebody else was there first, or everything was stopped meanwhile: the answer is still ours to keep.
    if (result === 'lost') await context.keepAnswer(kept);
    return result === 'written' && settled.work ? { kind: 'next', work: settled.work } : { kind: 'stop' };
  } catch (error) {
    if (!switchedOff('seal')) await context.keepAnswer(kept);
    throw error;
  }
}

/** What the attempt is by its exchange alone, when nothing more could be written of it. */
function standing({ kind }: Exchange): AttemptStatus {
  if (kind === 'answered') return 'accepted';
  return kind === 'not_sent' ? 'not_sent' : 'unknown';
}

/** Parsing never throws by contract; if it does all the same, the client may exist, and the answer is kept. */
export function registrationOutcome(
  work: Work,
  exchange: Exchange,
  access: UpstreamAccess,
  { token, statement }: SentSecrets = {},
): RegistrationOutcome {
  try {
    return parseRegistration(exchange, {
      // After a crash the statement is not at hand, so it is not known whether it was repeated.
      sent: { ...withoutStatement(work.attempt?.metadata ?? {}), ...present('software_statement', statement?.expose()) },
      endpoint: work.attempt?.url ?? '',
      quirks: work.upstream.quirks,
      secrets: token ? [token] : [],
      now: access.clock.now(),
    });
  } catch {
    return { kind: 'unknown', because: 'not_json', ...present('status', exchange.status) };
  }
}

function change(
  work: Work,
  outcome: RegistrationOutcome,
  record: AnswerRecord,
  sealer: Sealer,
  access: UpstreamAccess,
): { readonly change: Change; readonly work?: Work } {
  switch (outcome.kind) {
    case 'accepted':
      return acceptedChange(work, outcome, record, sealer, access);
    case 'refused':
      return { change: stillUnknown(work, refusedChange(work, outcome, record, access)) };
    case 'not_sent':
      return { change: stillUnknown(work, notSentChange(work, outcome, record, access)) };
    default:
      return { change: lostChange(work, outcome, record, access.clock) };
  }
}

/** That sending it again was turned down says nothing of the first time: whether there is a client is as unknown as before. */
function stillUnknown(work: Work, change: Change): Change {
  const repeats = work.operation.steps.some(({ name, repeat }) => name === 'register' && repeat !== undefined);
  if (!repeats || change.registration.event !== 'refuse') return change;
  const { problem } = change.operation;
  const standing = { event: 'lose_answer', operation: 'outcome_unknown', next: 'done', ...present('problem', problem) } as const;
  return changeOf(work, standing, without(change, 'registration', 'operation', 'next', 'audit', 'events'));
}
