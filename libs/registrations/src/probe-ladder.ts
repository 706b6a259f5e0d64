import { judgeDead } from '@registrar/dcr';
import { problemDocument, type Problem } from '@registrar/problem';
import type { Change } from './change.js';
import { changeOf, type Standing } from './change-of.js';
import { CONFIRM_GONE, goneChange } from './gone-client.js';
import { keySetProblem } from './key-set-reach.js';
import { manageabilityProblem, readsSafely } from './manageability.js';
import { present } from './present.js';
import type { Verdict } from './proof.js';
import { registrationProblem } from './registrations.problems.js';
import type { Step } from './step.js';
import type { StepContext, StepResult } from './strategy.js';
import type { UpstreamAccess } from './upstream-access.js';
import { updateProblem } from './updates.problems.js';
import type { Work } from './work.js';

type Refused = Extract<Verdict, { kind: 'refused' }>;

/** Three tries, the last one more than 15 minutes after the first, by the business clock. */
const BETWEEN_TRIES_MS = 8 * 60_000;
/** For how long a server that refuses many at once is given to come back. */
const OUTAGE_MS = 15 * 60_000;
const STOP: StepResult = { kind: 'stop' };

/** Whether a refusal is one that may mean a dead client: of a credential that worked before, with nothing newer on its way. */
export function mayBeGone(work: Work, verdict: Exclude<Verdict, { kind: 'proven' }>): verdict is Refused {
  return verdict.kind === 'refused' && verdict.error === 'invalid_client' && work.current !== undefined && !work.pending;
}

/**
 * One try of the ladder of H-40. Nothing is concluded of a client before it was refused three times over a quarter of an hour, at a
 * server whose endpoints have not moved and which does not refuse everybody, with a key set that can be fetched; then it is
 * read once, where that changes nothing. Until then the registration stays as it is.
 */
export async function climbProbeLadder(
  work: Work,
  step: Step,
  verdict: Refused,
  context: StepContext,
  access: UpstreamAccess,
): Promise<StepResult> {
  const now = access.clock.now();
  const seen = [...(step.seen ?? []), { at: now.toISOString(), kind: 'invalid_client' as const }];
  const upstream = { status: verdict.status, error: verdict.error, ...present('error_description', verdict.description) };
  const problem = registrationProblem('registrations.credential_rejected', { upstream });
  const judged = judgeDead(seen.map(({ at, kind }) => ({ at: new Date(at), kind })));
  if (judged !== 'gone') {
    await context.commit(changeOf(work, waiting(work, withSeen(work, step, seen), now, BETWEEN_TRIES_MS, 'probe_ladder', problem)));
    return STOP;
  }
  if (work.upstream.ehrStatus === 'quarantined') return leave(work, updateProblem('registrations.ehr_quarantined'), context);
  const unreachable = await keySetProblem(work, access);
  if (unreachable) return leave(work, unreachable, context);
  const many = await context.refusesMany(work);
  if (many !== 'no') {
    // The ladder begins anew from its last try, by which the others at this server see that this one was refused too.
    const outage = updateProblem('registrations.server_refuses_everybody', { upstream });
    const standing = waiting(work, withSeen(work, step, seen.slice(-1)), now, OUTAGE_MS, 'mass_refusal', outage);
    await context.commit(changeOf(work, standing, trip(work, many)));
    return STOP;
  }
  const { client } = work;
  if (client && readsSafely(work) && !manageabilityProblem(work, client, 'read', now)) {
    const steps = [...withSeen(work, step, seen).map(done), { ...CONFIRM_GONE, status: 'pending' as const }];
    const result = await context.commit(changeOf(work, { operation: 'running', next: 'keep', steps }));
    return result === 'written'
      ? { kind: 'next', work: { ...work, taken: true, operation: { ...work.operation, status: 'running', steps } } }
      : STOP;
  }
  await context.commit(goneChange(work, upstream, now));
  return STOP;
}

function done(step: Step): Step {
  return { ...step, status: 'done' };
}

function withSeen(work: Work, step: Step, seen: NonNullable<Step['seen']>): Step[] {
  return work.operation.steps.map((each) => (each.name === step.name ? { ...each, status: 'running', seen } : each));
}

function waiting(work: Work, steps: readonly Step[], now: Date, inMs: number, reason: string, problem: Problem): Standing {
  const at = new Date(now.getTime() + inMs);
  return {
    ...beside(work),
    operation: 'waiting',
    next: { at, budget: 'token' },
    waiting: { reason, until: at.toISOString() },
    problem: problemDocument(problem),
    steps,
  };
}

/** What is active stays so while it is looked at. */
function beside(work: Work): Pick<Standing, 'event'> {
  return work.registration.status === 'verifying' ? { event: 'prove_later' } : {};
}

/** Something else is wrong: nothing is said of the client. */
async function leave(work: Work, problem: Problem, context: StepContext): Promise<StepResult> {
  const standing: Pick<Standing, 'event' | 'action'> =
    work.registration.status === 'verifying' ? { event: 'need_action', action: 'fix_credential' } : {};
  await context.commit(changeOf(work, { ...standing, operation: 'failed', next: 'done', problem: problemDocument(problem) }));
  return STOP;
}

/** Marks the server, and says so once (K-43): no registration there is concluded dead. */
function trip(work: Work, many: 'newly' | 'already'): Partial<Change> {
  const { authorizationServerId, ehrId } = work.upstream;
  const gate = { authorizationServerId, budget: 'token', shutForMs: OUTAGE_MS, reason: 'mass_refusal' } as const;
  if (many === 'already') return { gate };
  const subject = { type: 'ehr', id: ehrId } as const;
  const data = { authorization_server_id: authorizationServerId };
  const { actor, requestId } = work.scope;
  return {
    gate,
    audit: [{ action: 'ehr.mass_refusal', subject, detail: data, actor, requestId }],
    events: [{ type: 'ehr.mass_refusal', subject, data }],
  };
}
