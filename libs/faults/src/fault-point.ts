import { setTimeout as pause } from 'node:timers/promises';
import { readFaultPlan, type Fault, type FaultPlan } from './fault-plan.js';
import type { FaultPoint, Safeguard } from './point.js';

interface Armed extends FaultPlan {
  readonly passed: Map<FaultPoint, number>;
}

let armed: Armed | undefined;

/**
 * A named place. Until a test arms this process it is nothing: no setting is read, nothing is counted, and there is nothing to
 * wait for. @throws Error where a test has it fail.
 */
export function faultPoint(point: FaultPoint): Promise<void> | undefined {
  return armed && strike(armed, point);
}

/** The same inside a request that is being written or read, where nothing can be waited for: it can kill and nothing else. */
export function faultPointAtOnce(point: FaultPoint): void {
  if (armed && struck(armed, point)?.action === 'kill') kill();
}

/** Whether a test has switched this safeguard off. */
export function switchedOff(safeguard: Safeguard): boolean {
  return armed?.without.has(safeguard) ?? false;
}

/**
 * Arms this process with a plan (see `readFaultPlan`), once, at its start.
 * @throws TypeError unless NODE_ENV is test, so that no other program can be armed, by whatever mistake
 */
export function armFaults(plan: string, environment: string): void {
  if (environment !== 'test') throw new TypeError('Faults are for tests alone');
  armed = { ...readFaultPlan(plan), passed: new Map() };
}

/** For tests of this library alone. */
export function disarmFaults(): void {
  armed = undefined;
}

function struck({ faults, passed }: Armed, point: FaultPoint): Fault | undefined {
  const count = (passed.get(point) ?? 0) + 1;
  passed.set(point, count);
  return faults.find((fault) => fault.point === point && (fault.nth === 'each' || fault.nth === count));
}

async function strike(plan: Armed, point: FaultPoint): Promise<void> {
  const fault = struck(plan, point);
  switch (fault?.action) {
    case 'kill':
      kill();
      break;
    case 'hang':
      await new Promise<never>(() => undefined);
      break;
    case 'fail':
      throw new Error(`A test has ${point} fail`);
    case 'delay':
      await pause(fault.ms);
      break;
    default:
  }
}

/** As from outside: nothing is written, closed or told any more. */
function kill(): void {
  process.kill(process.pid, 'SIGKILL');
}
