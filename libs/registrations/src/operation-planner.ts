import type { Problem } from '@registrar/problem';
import type { OperationKind } from './operation-status.js';
import type { StepPlan } from './step.js';
import type { TakeStep } from './strategy.js';
import type { Work } from './work.js';

/**
 * Brings operations of one kind about, where the way depends on what the server can do and not on how it was registered
 * there: rotations. What libraries above this one know of it, they hand in here.
 */
export interface OperationPlanner {
  readonly kind: OperationKind;
  /** The steps, in order, decided once and kept with the operation; or why there is no way. */
  plan(work: Work): readonly StepPlan[] | Problem;
  readonly steps: Readonly<Record<string, TakeStep>>;
}

/** When a hospital lets itself be written to: windows and freezes bind every upstream write in production. */
export interface WriteWindows {
  /** When it opens next, by the business clock; undefined where it is open now, or where the work is not bound. */
  opensAt(work: Work): Promise<Date | undefined>;
}
