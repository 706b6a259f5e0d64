import type { DueRegistration } from './due.repository.js';
import { placeIn, latestStart, type DueInput } from './due.js';
import { AT_ONCE, mustStop, type Line } from './line.js';
import { nextOpening, openNow } from './openings.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** What has missed an opening comes in the first quarter of the next, so that it does not miss that too. */
const EARLY = 0.25;
const NONE: ReadonlySet<string> = new Set();

/** What becomes of what is due. Everything moves on in the schedule, so that what cannot start now holds up nothing behind it. */
export interface Decision {
  readonly start: readonly DueRegistration[];
  /** When each is looked at next; for what starts, in case nothing comes of it. */
  readonly next: readonly { readonly registrationId: string; readonly at: Date | null }[];
  /** Servers at which the line stops now. */
  readonly stop: readonly string[];
}

/**
 * Decides which rotations start: those whose window is open, whose server has room (H-12) and whose line moves; what is
 * compromised (`urgent`) waits for room alone, and for what else is under way (H-01). The rest is looked at again when that may have changed.
 */
export function decide(
  due: readonly DueRegistration[],
  inputs: ReadonlyMap<string, DueInput>,
  lines: ReadonlyMap<string, Line>,
  now: Date,
  urgent: ReadonlySet<string> = NONE,
): Decision {
  const stop = [...lines.values()].filter(mustStop).map((line) => line.authorizationServerId);
  const stopped = new Set([...stop, ...[...lines.values()].filter((line) => line.stopped).map((line) => line.authorizationServerId)]);
  const taken = new Map([...lines.values()].map((line): [string, number] => [line.authorizationServerId, line.inProgress]));
  const start: DueRegistration[] = [];
  const next = due.map((registration) => {
    const input = inputs.get(registration.id);
    const hurries = urgent.has(registration.id);
    const later = (ms: number) => ({ registrationId: registration.id, at: hurries ? new Date(now.getTime() + ms) : opens(input, now, ms) });
    if (!input) return { registrationId: registration.id, at: null };
    if (registration.held) return later(HOUR_MS);
    if (registration.busy) return later(hurries ? MINUTE_MS : 10 * MINUTE_MS);
    if (!hurries && !openNow(input.policy, now)) return later(0);
    const server = registration.authorizationServerId ?? `ehr:${registration.ehrId}`;
    if (!hurries && stopped.has(server)) return later(HOUR_MS);
    const place = taken.get(server) ?? 0;
    taken.set(server, place + 1);
    // Those before it take a while each.
    if (place >= AT_ONCE) return later(20 * SECOND_MS + (place - AT_ONCE) * 5 * SECOND_MS);
    start.push(registration);
    return later(retryMs(input, now));
  });
  return { start, next, stop };
}

/** A place in the first opening from then on, so that what waited for the same opening does not come all at once. */
function opens(input: DueInput | undefined, now: Date, inMs: number): Date | null {
  if (!input) return null;
  const from = new Date(now.getTime() + inMs);
  const opening = nextOpening(input.policy, from);
  if (!opening) return new Date(now.getTime() + DAY_MS);
  return opening.from > from ? new Date(placeIn(opening, input.registrationId, latestStart(input), EARLY)) : from;
}

/** When a rotation that came to nothing is tried again: after a day, or sooner where the end is near. */
function retryMs(input: DueInput, now: Date): number {
  const left = latestStart(input) - now.getTime();
  return Math.max(MINUTE_MS, Math.min(DAY_MS, left / 4));
}
