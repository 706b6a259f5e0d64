import type { Environment } from '@registrar/database';
import type { Impact } from '@registrar/dcr';
import type { UpdateWay } from '@registrar/registrations';

/** What decides on who goes first. */
export interface CanaryCandidate {
  readonly registrationId: string;
  readonly environment: Environment;
  readonly way: UpdateWay;
  readonly impact: Impact;
}

const ENVIRONMENT: Readonly<Record<Environment, number>> = { sandbox: 0, non_production: 1, production: 2 };
const WAY: Readonly<Record<UpdateWay, number>> = { update: 0, portal: 1, reregistration: 2 };
const IMPACT: Readonly<Record<Impact, number>> = { none: 0, hospital_activates_again: 1, users_sign_in_again: 2 };

/**
 * Who goes first, where nobody named them: where least is at stake, and among those where a machine shows soonest whether it
 * went well. A test at a sandbox is worth more than a quick one in production.
 */
export function chooseCanaries(candidates: readonly CanaryCandidate[], count: number): ReadonlySet<string> {
  const order = (one: CanaryCandidate) => [ENVIRONMENT[one.environment], WAY[one.way], IMPACT[one.impact]];
  const sorted = [...candidates].sort((left, right) => {
    const [mine, theirs] = [order(left), order(right)];
    const first = mine.findIndex((value, place) => value !== theirs[place]);
    return first === -1 ? (left.registrationId < right.registrationId ? -1 : 1) : (mine[first] ?? 0) - (theirs[first] ?? 0);
  });
  return new Set(sorted.slice(0, count).map((one) => one.registrationId));
}

/** How many may fail where nobody said so: one in ten, and at most three. */
export function defaultFailureLimit(registrations: number): number {
  return Math.min(3, Math.floor(registrations / 10));
}
