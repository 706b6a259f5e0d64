import type { IssuedClient } from './issued-client.js';
import type { DeleteOutcome, ReadOutcome, UpdateOutcome } from './management-outcome.js';
import type { Quirks, Rotates } from './quirk-profile.js';
import type { RegistrationOutcome } from './registration-answer-outcome.js';

/** One answer as it was read. */
export type SeenAnswer =
  | { readonly request: 'register'; readonly status?: number; readonly outcome: RegistrationOutcome; readonly now: Date }
  | { readonly request: 'read'; readonly outcome: ReadOutcome; readonly now: Date }
  | { readonly request: 'update'; readonly outcome: UpdateOutcome; readonly now: Date }
  | { readonly request: 'delete'; readonly outcome: DeleteOutcome };

/**
 * What an answer teaches of its server, beside what is known: empty where it teaches nothing new. Only what was seen is learned, and only
 * towards care: one read that replaced nothing does not prove that reads never do (B-02), but one that did proves that they may.
 */
export function learnedFrom(seen: SeenAnswer, known: Quirks): Partial<Quirks> {
  if (seen.request === 'register') return { ...status(seen.status, seen.outcome, known), ...tokenLife(seen, known) };
  const missing = methodMissing(seen, known);
  if (seen.request === 'delete') return missing;
  if (seen.request === 'read') return { ...missing, ...rotation('readRotates', seen.outcome, known), ...tokenLife(seen, known) };
  return { ...missing, ...rotation('putRotates', seen.outcome, known), ...secret(seen.outcome, known), ...tokenLife(seen, known) };
}

/** K-2: 200 where 201 is the rule. */
function status(answered: number | undefined, outcome: RegistrationOutcome, known: Quirks): Partial<Quirks> {
  if (answered === undefined || outcome.kind !== 'accepted' || known.successStatus.includes(answered)) return {};
  return { successStatus: [...known.successStatus, answered] };
}

/** K-32, B-12: a read or an update that came back with another token or secret. */
function rotation(name: 'readRotates' | 'putRotates', outcome: ReadOutcome, known: Quirks): Partial<Quirks> {
  if (outcome.kind !== 'accepted') return {};
  const now: Rotates = { rat: known[name].rat || outcome.rotated.rat, secret: known[name].secret || outcome.rotated.secret };
  return now.rat === known[name].rat && now.secret === known[name].secret ? {} : { [name]: now };
}

/** K-35, K-36. */
function secret(outcome: UpdateOutcome, known: Quirks): Partial<Quirks> {
  const wanted =
    outcome.kind !== 'refused'
      ? undefined
      : outcome.reason === 'secret_required'
        ? 'include'
        : outcome.reason === 'secret_unwanted'
          ? 'omit'
          : undefined;
  return wanted === undefined || wanted === known.putSecret ? {} : { putSecret: wanted };
}

/** B-09, B-11, K-45: 405 or 501. */
function methodMissing(seen: Exclude<SeenAnswer, { readonly request: 'register' }>, known: Quirks): Partial<Quirks> {
  const { request, outcome } = seen;
  const missing = outcome.kind === 'not_supported' || (outcome.kind === 'refused' && outcome.reason === 'method_not_supported');
  return missing && known.management.includes(request) ? { management: known.management.filter((each) => each !== request) } : {};
}

/** H-07: Curity says how long its token lives. */
function tokenLife(seen: { readonly outcome: RegistrationOutcome | ReadOutcome; readonly now: Date }, known: Quirks): Partial<Quirks> {
  const client: IssuedClient | undefined = seen.outcome.kind === 'accepted' ? seen.outcome.client : undefined;
  if (client?.registrationAccessTokenExpiresAt === undefined) return {};
  const ratTtlMs = client.registrationAccessTokenExpiresAt.getTime() - seen.now.getTime();
  return ratTtlMs <= 0 || ratTtlMs === known.ratTtlMs ? {} : { ratTtlMs };
}
