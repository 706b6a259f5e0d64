import type { Clock } from '@registrar/clock';
import { faultPoint } from '@registrar/faults';
import { Problem, problemDocument } from '@registrar/problem';
import { changeOf } from './change-of.js';
import type { OperationPlanner, WriteWindows } from './operation-planner.js';
import type { OperationKind } from './operation-status.js';
import { paceOf } from './pace.js';
import { registrationProblem } from './registrations.problems.js';
import { nextStep, type Step, type StepPlan } from './step.js';
import type { StepContext, Strategy, TakeStep } from './strategy.js';
import type { StrategyName, Work } from './work.js';

/** Who knows how operations are brought about, and when they may write. */
export interface Ways {
  readonly strategies: readonly Strategy[];
  readonly planners?: readonly OperationPlanner[];
  readonly windows?: WriteWindows;
  /** Aborted where the process ends. */
  readonly ending: AbortSignal;
  readonly clock: Clock;
}

/** Carries an operation on, step by step, until it is done or has to wait for something. */
export class OperationRunner {
  readonly #strategies: ReadonlyMap<StrategyName, Strategy>;
  readonly #planners: ReadonlyMap<OperationKind, OperationPlanner>;

  constructor(
    private readonly ways: Ways,
    private readonly context: Omit<StepContext, 'pace'>,
  ) {
    this.#strategies = new Map(ways.strategies.map((strategy) => [strategy.name, strategy]));
    this.#planners = new Map(ways.planners?.map((planner) => [planner.kind, planner]));
  }

  /**
   * Takes the next steps of one claimed operation. @returns whether its last change was written and let go of the work item.
   * @throws whatever a step throws that is nobody's fault upstream: the lease then runs out and the operation is taken up again.
   */
  async run(claimed: Work): Promise<boolean> {
    const letGo = await this.#run(claimed);
    if (claimed.operation.kind === 'register') await faultPoint('R9');
    return letGo;
  }

  async #run(claimed: Work): Promise<boolean> {
    let letGo = false;
    const paced = paceOf(claimed.paceMs, this.ways.ending);
    const context: StepContext = {
      ...this.context,
      pace: async (work) => {
        if (!claimed.paidAtToken) return paced();
        await context.commit(
          changeOf(work, { operation: 'waiting', next: { inMs: 0, budget: 'registration' }, waiting: { reason: 'server_limit' } }),
        );
        return false;
      },
      commit: async (change) => {
        const result = await this.context.commit(change);
        letGo = result !== 'lost' && (result === 'claimed' || change.next !== 'keep');
        return result;
      },
    };
    if (claimed.operation.kind === 'register') await faultPoint('R1');
    const way = this.#way(claimed);
    const planned = claimed.operation.steps.length > 0 ? claimed.operation.steps : way.plan(claimed);
    if (planned instanceof Problem) {
      const problem = problemDocument(planned);
      await context.commit(changeOf(claimed, { ...leaving(claimed), operation: 'failed', next: 'done', problem }));
      return letGo;
    }
    let work: Work = { ...claimed, operation: { ...claimed.operation, steps: planned.map(pending) } };
    for (let step = nextStep(work.operation.steps); step; step = nextStep(work.operation.steps)) {
      const take = way.steps[step.name];
      if (!take) throw new Error(`No step ${step.name} of ${work.operation.kind}`);
      if (await this.#mustWait(work, step, context)) return letGo;
      const result = await take(work, step, context);
      if (result.kind === 'stop') return letGo;
      work = result.work;
    }
    return letGo;
  }

  #way({ registration, operation }: Work): {
    readonly plan: (work: Work) => readonly StepPlan[] | Problem;
    readonly steps: Readonly<Record<string, TakeStep>>;
  } {
    const planner = this.#planners.get(operation.kind);
    if (planner) return { plan: (work) => planner.plan(work), steps: planner.steps };
    const strategy = this.#strategies.get(registration.strategy);
    if (!strategy) throw new Error(`No strategy ${registration.strategy}`);
    const detail = `A registration by ${strategy.name} has no such operation: ${operation.kind}.`;
    return {
      plan: (work) => strategy.plan(work.operation.kind, work) ?? registrationProblem('registrations.operation_not_possible', { detail }),
      steps: strategy.steps,
    };
  }

  /** Nothing is begun upstream outside the hospital's window; what has been sent already is always gone on with. */
  async #mustWait(work: Work, step: Step, context: StepContext): Promise<boolean> {
    if (step.kind !== 'upstream_write' || work.registration.environment !== 'production' || work.attempt?.status === 'sending')
      return false;
    const at = await this.ways.windows?.opensAt(work);
    if (!at) return false;
    const waiting = { reason: 'outside_window', until: at.toISOString() };
    await context.commit(changeOf(work, { operation: 'waiting', next: { at, budget: 'registration' }, waiting }));
    return true;
  }
}

/** The steps of an operation are planned once, when it is first taken up, and kept with it from its first change on. */
function pending(step: StepPlan | Step): Step {
  return 'status' in step ? step : { ...step, status: 'pending' };
}

/** A first registration that has no way is refused; whatever else has none leaves the registration as it is. */
function leaving({ operation, registration }: Work): { readonly event?: 'refuse' } {
  return operation.kind === 'register' && registration.status === 'pending' ? { event: 'refuse' } : {};
}
