import type { Clock } from '@registrar/clock';
import { problemDocument, type Problem } from '@registrar/problem';
import {
  changeOf,
  markStep,
  type Change,
  type Settled,
  type Standing,
  type Step,
  type StepContext,
  type StepPlan,
  type StepResult,
  type Work,
} from '@registrar/registrations';

export const STOP: StepResult = { kind: 'stop' };

/** What a step has done, besides being done. */
export interface Done {
  readonly rows?: Partial<Change>;
  readonly registration?: Standing['registration'];
  /** Only where the registration itself moves. */
  readonly event?: Standing['event'];
  /** How the work stands afterwards, but for its steps. */
  readonly work?: Work;
  /** Steps that take the place of those that were still to come. */
  readonly instead?: readonly StepPlan[];
  readonly events?: Change['events'];
  readonly audit?: Change['audit'];
}

/** Writes that a step is done: the operation goes on with the next one, or has succeeded with the last. */
export async function stepDone(work: Work, step: Step, context: StepContext, clock: Clock, done: Done = {}): Promise<StepResult> {
  const settled = doneChange(work, step, clock, done);
  return (await context.commit(settled.change)) === 'written' && settled.work ? { kind: 'next', work: settled.work } : STOP;
}

/** The change that says so, and the work as it goes on; without work, where this was the last step. */
export function doneChange(work: Work, step: Step, clock: Clock, done: Done = {}): Settled {
  const marked = markStep(work.operation.steps, step.name, 'done', clock.now());
  const steps = done.instead
    ? [...marked.filter(({ status }) => status === 'done'), ...done.instead.map((plan): Step => ({ ...plan, status: 'pending' }))]
    : marked;
  const last = steps.every(({ status }) => status === 'done');
  const standing: Standing = {
    operation: last ? 'succeeded' : 'running',
    next: last ? 'done' : 'keep',
    steps,
    tries: 0,
    ...(done.event === undefined ? {} : { event: done.event }),
    ...(done.registration === undefined ? {} : { registration: done.registration }),
  };
  const change = withRecords(changeOf(work, standing, done.rows), done);
  if (last) return { change };
  const after = done.work ?? work;
  return { change, work: { ...after, taken: true, operation: { ...work.operation, status: 'running', steps, tries: 0 } } };
}

/** Waits for a business time; the step is taken up again then. */
export async function waitUntil(
  work: Work,
  step: Step,
  context: StepContext,
  clock: Clock,
  wait: { readonly reason: string; readonly at: Date; readonly tries?: number; readonly problem?: Problem },
): Promise<StepResult> {
  const standing: Standing = {
    operation: 'waiting',
    next: { at: wait.at, budget: 'token' },
    waiting: { reason: wait.reason, until: wait.at.toISOString() },
    steps: markStep(work.operation.steps, step.name, 'running', clock.now()),
    ...(wait.tries === undefined ? {} : { tries: wait.tries }),
    ...(wait.problem === undefined ? {} : { problem: problemDocument(wait.problem) }),
  };
  await context.commit(changeOf(work, standing));
  return STOP;
}

/** How it ends: failed, unless it says otherwise. */
export interface End {
  readonly operation?: 'failed' | 'action_required' | 'outcome_unknown';
  readonly event?: Standing['event'];
  readonly rows?: Partial<Change>;
  readonly steps?: readonly Step[];
  readonly registration?: Standing['registration'];
}

/** Ends the operation; the registration goes on with what it has. */
export async function endWith(work: Work, context: StepContext, problem: Problem, end: End = {}): Promise<StepResult> {
  await context.commit(ending(work, problem, end));
  return STOP;
}

/** The change with which an operation ends so. */
export function ending(work: Work, problem: Problem, end: End = {}): Change {
  const standing: Standing = {
    operation: end.operation ?? 'failed',
    next: 'done',
    problem: problemDocument(problem),
    ...(end.event === undefined ? {} : { event: end.event }),
    ...(end.steps === undefined ? {} : { steps: end.steps }),
    ...(end.registration === undefined ? {} : { registration: end.registration }),
  };
  return changeOf(work, standing, end.rows);
}

function withRecords(change: Change, { events = [], audit = [] }: Pick<Done, 'events' | 'audit'>): Change {
  return { ...change, events: [...change.events, ...events], audit: [...change.audit, ...audit] };
}
