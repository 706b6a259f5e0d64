import type { EffectivePolicy } from './policy.js';
import { nextEdge, showsOpen } from './wall-clock.js';

type Rules = Pick<EffectivePolicy, 'windows' | 'freezes'>;

/** A time in which rotations may happen. `to` is not included, and absent where nothing ends it within {@link ENDLESS_MS}. */
export interface Opening {
  readonly from: Date;
  readonly to?: Date;
}

const DAY_MS = 86_400_000;
/** What does not open for so long never opens. */
export const HORIZON_MS = 400 * DAY_MS;
/** An opening longer than this counts as one without an end. */
export const ENDLESS_MS = 32 * DAY_MS;

/** Whether the policy lets a rotation happen now. */
export function openNow(policy: Rules, now: Date): boolean {
  return isOpen(policy, now.getTime());
}

/** The opening that holds at `from`, or the next one after it; its `from` is never earlier. undefined: none within a year. */
export function nextOpening(policy: Rules, from: Date): Opening | undefined {
  const start = firstOpen(policy, from.getTime());
  if (start === undefined) return undefined;
  const end = firstClosed(policy, start);
  return { from: new Date(start), ...(end === undefined ? {} : { to: new Date(end) }) };
}

function isOpen({ windows, freezes }: Rules, at: number): boolean {
  return freezeAt(freezes, at) === undefined && windows.every((window) => showsOpen(window, at));
}

function firstOpen({ windows, freezes }: Rules, from: number): number | undefined {
  let at = from;
  while (at - from <= HORIZON_MS) {
    const thaws = freezeAt(freezes, at);
    const shut = windows.find((window) => !showsOpen(window, at));
    if (thaws !== undefined) at = thaws;
    else if (shut) at = nextEdge(shut, at);
    else return at;
  }
  return undefined;
}

function firstClosed(policy: Rules, from: number): number | undefined {
  const { windows, freezes } = policy;
  let at = from;
  while (at - from <= ENDLESS_MS) {
    const edges = windows.map((window) => nextEdge(window, at));
    const starts = freezes.map((freeze) => Date.parse(freeze.from)).filter((start) => start > at);
    at = Math.min(...edges, ...starts, from + ENDLESS_MS + 1);
    if (!isOpen(policy, at)) return at;
  }
  return undefined;
}

/** When the freeze ends that holds at this moment. */
function freezeAt(freezes: Rules['freezes'], at: number): number | undefined {
  const holding = freezes.filter((freeze) => Date.parse(freeze.from) <= at && at < Date.parse(freeze.to));
  return holding.length === 0 ? undefined : Math.max(...holding.map((freeze) => Date.parse(freeze.to)));
}
