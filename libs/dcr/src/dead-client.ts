import type { TokenOutcome } from './token-endpoint-outcome.js';

/**
 * What one probe at the token endpoint shows of a client (H-40): `invalid_client`, which may be a dead client or a bad key;
 * `recognised`, where the server answered as only to a client that it knows; `nothing`, an outage or an answer that says neither.
 */
export type LifeSign = 'invalid_client' | 'recognised' | 'nothing';

export interface LifeObservation {
  readonly at: Date;
  readonly kind: LifeSign;
}

export type DeadVerdict = 'gone' | 'exists' | 'unknown';

const NEEDED = 3;
const NEEDED_SPAN_MS = 15 * 60_000;
const KNOWS_THE_CLIENT = new Set(['invalid_grant', 'unauthorized_client', 'invalid_scope', 'invalid_target']);

/** Reads one probe. What management answers is no probe: its 401 says "token bad or client gone" (B-09, K-40, K-41). */
export function lifeSign(outcome: TokenOutcome): LifeSign {
  if (outcome.kind === 'granted') return 'recognised';
  if (outcome.kind === 'unavailable') return 'nothing';
  if (outcome.error === 'invalid_client') return 'invalid_client';
  return KNOWS_THE_CLIENT.has(outcome.error) ? 'recognised' : 'nothing';
}

/**
 * The judgement of the probe ladder (H-40, K-41 to K-43): `gone` only after three times `invalid_client` over at least 15 minutes with
 * no other sign of life since the first of them; `exists` where the last sign was one of life; `unknown` else, and then nothing is
 * done. Whether many clients of one server died at once, which is an outage and no death, is for the caller to see, and so are
 * our own clock and key set. Observations in any order.
 */
export function judgeDead(observations: readonly LifeObservation[]): DeadVerdict {
  const signs = observations.filter(({ kind }) => kind !== 'nothing').sort((left, right) => left.at.getTime() - right.at.getTime());
  const lastAlive = signs.map(({ kind }) => kind).lastIndexOf('recognised');
  const since = signs.slice(lastAlive + 1);
  const [first, last] = [since[0], since.at(-1)];
  if (first === undefined || last === undefined) return lastAlive >= 0 ? 'exists' : 'unknown';
  return since.length >= NEEDED && last.at.getTime() - first.at.getTime() >= NEEDED_SPAN_MS ? 'gone' : 'unknown';
}
