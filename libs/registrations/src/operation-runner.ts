import type { StepContext, Strategy } from './strategy.js';
import { nextStep, type Step } from './step.js';
import type { StrategyName, Work } from './work.js';

/** Carries an operation on, step by step, until it is done or has to wait for something. */
export class OperationRunner {
  readonly #strategies: ReadonlyMap<StrategyName, Strategy>;

  constructor(
    strategies: readonly Strategy[],
    private readonly context: StepContext,
  ) {
    this.#strategies = new Map(strategies.map((strategy) => [strategy.name, strategy]));
  }

  /**
   * Takes the next steps of one claimed operation. @returns whether its last change was written and let go of the work item.
   * @throws whatever a step throws that is nobody's fault upstream: the lease then runs out and the operation is taken up again.
   */
  async run(claimed: Work): Promise<boolean> {
    const strategy = this.#strategies.get(claimed.registration.strategy);
    if (!strategy) throw new Error(`No strategy ${claimed.registration.strategy}`);
    let letGo = false;
    const context: StepContext = {
      ...this.context,
      commit: async (change) => {
        const result = await this.context.commit(change);
        letGo = result !== 'lost' && (result === 'claimed' || change.next !== 'keep');
        return result;
      },
    };
    let work = withSteps(claimed, strategy);
    for (let step = nextStep(work.operation.steps); step; step = nextStep(work.operation.steps)) {
      const take = strategy.steps[step.name];
      if (!take) throw new Error(`The strategy ${strategy.name} has no step ${step.name}`);
      const result = await take(work, step, context);
      if (result.kind === 'stop') return letGo;
      work = result.work;
    }
    return letGo;
  }
}

/** The steps of an operation are planned once, when it is first taken up, and kept with it from its first change on. */
function withSteps(work: Work, strategy: Strategy): Work {
  if (work.operation.steps.length > 0) return work;
  const plan = strategy.plan(work.operation.kind);
  if (!plan) throw new Error(`The strategy ${strategy.name} does not know ${work.operation.kind}`);
  const steps = plan.map((step): Step => ({ ...step, status: 'pending' }));
  return { ...work, operation: { ...work.operation, steps } };
}
