import type { Change, CommitResult, SettledAttempt } from './change.js';
import type { OperationKind } from './operation-status.js';
import type { Step, StepPlan } from './step.js';
import type { UsedStatement } from './used-statement.repository.js';
import type { StrategyName, Work, WorkClient } from './work.js';

/** What a strategy may touch while it takes a step: the journal is its only way to write. */
export interface StepContext {
  /** Writes a change in a transaction of the journal. */
  commit(change: Change): Promise<CommitResult>;
  /**
   * Asked before each request that the registration gate pays for. @returns false where it may not go now: the process ends, or
   * the work came by the gate of the token endpoint, and has been put before the other one.
   */
  pace(work: Work): Promise<boolean>;
  /** Keeps a sealed answer alone, where the transaction of its result failed (H-31). */
  keepAnswer(kept: KeptAnswer): Promise<void>;
  /** Whether the server refuses so many of its clients at once that it is the server, and none of them (K-43). */
  refusesMany(work: Work): Promise<'no' | 'newly' | 'already'>;
  /** The software statement that an update of this client is sent with (RFC 7592 section 2.2). */
  usedStatement(work: Work, client: WorkClient): Promise<UsedStatement | undefined>;
  /** Takes one of the few registrations that may be sent once more after a lost answer; false where none is left. */
  reserveRetry(work: Work): Promise<boolean>;
}

/** A raw answer that must not be lost, whatever became of its result. */
export interface KeptAnswer {
  readonly workspaceId: string;
  readonly attempt: SettledAttempt;
}

/**
 * `next`: the step is done and written, go on with the work as it is now. `stop`: this delivery ends here; what follows
 * (waiting, a person, the end) has been written.
 */
export type StepResult = { readonly kind: 'next'; readonly work: Work } | { readonly kind: 'stop' };

export type TakeStep = (work: Work, step: Step, context: StepContext) => Promise<StepResult>;

/** A way to bring an operation about, as persisted, resumable steps. */
export interface Strategy {
  readonly name: StrategyName;
  /** The steps of an operation at this server, in order; undefined where the strategy does not know the operation. */
  plan(kind: OperationKind, work: Pick<Work, 'upstream' | 'client'>): readonly StepPlan[] | undefined;
  /** Steps that an operation may come to on its way, beside those that it is planned with. */
  readonly detours?: readonly StepPlan[];
  /** How each step is taken. A test holds this against the plans. */
  readonly steps: Readonly<Record<string, TakeStep>>;
}
