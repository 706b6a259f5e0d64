import type { Clock } from '@registrar/clock';
import type { Database } from '@registrar/database';
import type { Outbound } from '@registrar/outbound';
import { newId } from '@registrar/vault';
import type { Records } from './create-registrations.js';
import { Dispatcher, type Complain, type DispatcherSettings, type Runner } from './dispatcher.js';
import { deregisterPlanner } from './deregister-planner.js';
import { dynamicStrategy } from './dynamic.strategy.js';
import { Journal } from './journal.js';
import { keepAnswer } from './keep-answer.js';
import { LeavingReads } from './leaving.repository.js';
import type { OperationPlanner, WriteWindows } from './operation-planner.js';
import { OperationRunner } from './operation-runner.js';
import { refusesMany } from './refused-clients.repository.js';
import { reserveRetry } from './reserve-retry.repository.js';
import { portalStrategy } from './portal.strategy.js';
import { present } from './present.js';
import type { StepContext } from './strategy.js';
import { roadTo, type UpstreamAccess } from './upstream-access.js';
import type { Work } from './work.js';
import { usedStatement } from './used-statement.repository.js';
import { WorkQueue } from './work-queue.js';
import type { OnPromoted } from './on-promoted.js';
import { changeWriter } from './write-changes.js';

export interface EngineParts {
  readonly database: Database;
  readonly records: Records;
  readonly clock: Clock;
  readonly access: UpstreamAccess;
  readonly settings: DispatcherSettings;
  readonly complain: Complain;
  /** Ways to bring about what no strategy of this library knows: rotations. */
  readonly planners?: (access: UpstreamAccess) => readonly OperationPlanner[];
  /** When production may be written to; left out, always. */
  readonly windows?: WriteWindows;
  readonly onPromoted?: OnPromoted;
  /** Told when a change was not written, because a later holder or a person was there first. */
  readonly turnedDown?: (operationId: string) => void;
  /** Told when an operation has been carried on, as far as it went; whoever counts on it looks by itself as well. */
  readonly carried?: (operation: Work['operation']) => void;
}

/** Puts together what carries operations out: claim, strategies, journal. One for each worker process. */
export function createEngine(parts: EngineParts): Dispatcher {
  const { database, records, clock, access, settings, complain } = parts;
  const journal = new Journal(database, changeWriter(clock, records, parts.onPromoted));
  const context: Omit<StepContext, 'pace'> = {
    commit: async (change) => {
      const result = await journal.commit(change);
      if (result === 'lost') parts.turnedDown?.(change.operationId);
      return result;
    },
    keepAnswer: (kept) => keepAnswer(database, kept),
    refusesMany: (work) => refusesMany(database, work, clock),
    usedStatement: (work, client) => usedStatement(database, work, client, clock),
    reserveRetry: (work) => reserveRetry(database, work, clock),
  };
  const ending = new AbortController();
  const queue = new WorkQueue(database, `worker-${newId()}`, settings.leaseMs);
  const reads = new LeavingReads(database);
  // Who knows how things are brought about, for each way out: most EHRs share one.
  const runners = new WeakMap<Outbound, OperationRunner>();
  const runnerOf = (outbound: Outbound): OperationRunner => {
    const own = { ...access, outbound };
    const ways = {
      clock,
      ending: ending.signal,
      strategies: [dynamicStrategy(own), portalStrategy(own)],
      planners: [deregisterPlanner(own, reads), ...(parts.planners?.(own) ?? [])],
      ...present('windows', parts.windows),
    };
    const runner = new OperationRunner(ways, context);
    runners.set(outbound, runner);
    return runner;
  };
  const run = async (work: Work): Promise<boolean> => {
    const { ehrId, transportVersion } = work.upstream;
    const road = { workspaceId: work.scope.workspaceId, ehrId, ...present('transportVersion', transportVersion) };
    const outbound = await roadTo(access, road);
    return (runners.get(outbound) ?? runnerOf(outbound)).run(work);
  };
  const runner: Runner = {
    run: (work) =>
      run(work).finally(() => {
        parts.carried?.(work.operation);
      }),
    end: () => {
      ending.abort();
    },
  };
  return new Dispatcher(database, queue, runner, clock, settings, complain);
}
