import { FAULT_POINTS, SAFEGUARDS, type FaultPoint, type Safeguard } from './point.js';

const ACTIONS = ['kill', 'hang', 'fail', 'delay'] as const;
export type FaultAction = (typeof ACTIONS)[number];

/** One fault: what happens when a point is passed for the nth time, or every time. */
export interface Fault {
  readonly point: FaultPoint;
  readonly action: FaultAction;
  readonly nth: number | 'each';
  /** Of a delay. */
  readonly ms: number;
}

export interface FaultPlan {
  readonly faults: readonly Fault[];
  readonly without: ReadonlySet<Safeguard>;
}

const FAULT = /^([A-Z]\d):(kill|hang|fail|delay)(?::(\d+|each))?(?::(\d+))?$/;

/**
 * Reads `R5:kill:3` (the third time), `R2:delay:each:200` (milliseconds), `without:fence`, comma-separated; the first time, where
 * no count is given.
 * @throws TypeError that names what cannot be read
 */
export function readFaultPlan(text: string): FaultPlan {
  const without = new Set<Safeguard>();
  const faults: Fault[] = [];
  for (const part of text.split(',').filter((one) => one !== '')) {
    const safeguard = SAFEGUARDS.find((one) => part === `without:${one}`);
    if (safeguard) without.add(safeguard);
    else faults.push(readFault(part));
  }
  return { faults, without };
}

function readFault(text: string): Fault {
  const [, point, action, nth = '1', ms = '0'] = FAULT.exec(text) ?? [];
  if (!isPoint(point) || !isAction(action)) throw new TypeError(`No fault can be read from "${text}"`);
  if ('atOnce' in FAULT_POINTS[point] && action !== 'kill') throw new TypeError(`${point} can only kill`);
  return { point, action, nth: nth === 'each' ? 'each' : Number(nth), ms: Number(ms) };
}

const isPoint = (text: string | undefined): text is FaultPoint => text !== undefined && Object.hasOwn(FAULT_POINTS, text);
const isAction = (text: string | undefined): text is FaultAction => ACTIONS.some((action) => action === text);
