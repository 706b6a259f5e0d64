import { digestText } from '@registrar/vault';
import { nextOpening, type Opening } from './openings.js';
import type { EffectivePolicy } from './policy.js';

export interface DueInput {
  /** Spreads registrations that were made at the same moment. */
  readonly registrationId: string;
  /** Since when the credential is used: its promotion, or else its creation. */
  readonly since: Date;
  /** `client_secret_expires_at`, or the end of a certificate. */
  readonly expiresAt?: Date;
  /** Where the server may end it by itself: it is replaced then at the latest, whatever the policy says (H-03). */
  readonly replaceAt?: Date;
  /** Where the whole client ends of itself (H-08), and since when there is one. */
  readonly client?: { readonly since: Date; readonly expiresAt: Date };
  readonly policy: EffectivePolicy;
}

export interface Due {
  readonly at: Date;
  /** What makes it due then: the policy's interval, two thirds of its life, the policy's lead, the same of the client, or that it may end by itself. */
  readonly because: 'interval' | 'may_end' | 'life' | 'lead' | 'client_life' | 'client_lead';
  /** Said where no opening lies between the moment at which it would be due and its end. */
  readonly note?: 'last_opening_before_expiry' | 'no_opening_before_expiry';
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * When a credential is due for rotation (H-08, H-12): after the policy's interval, after two thirds of its life, or the
 * policy's lead before its end, whichever comes first; a little earlier by chance of the registration's id, and inside an
 * opening of the policy, at a place of its own there. Where the next opening would come too late, the last one before the
 * end is taken; where there is none at all, the moment is given as if there were no window, and both are said.
 */
export function dueAt(input: DueInput): Due {
  const { policy, since } = input;
  const limits = limitsOf(input);
  const first = limits.reduce((a, b) => (b.at < a.at ? b : a));
  const share = shareOf(input.registrationId);
  const wanted = Math.round(first.at - share * Math.min(DAY_MS, (first.at - since.getTime()) / 10));
  const latest = latestStart(input);
  const opening = nextOpening(policy, new Date(wanted));
  const at = opening && placeIn(opening, input.registrationId, latest);
  if (at !== undefined && at <= latest) return { at: new Date(at), because: first.because };
  const last = lastOpening(policy, since.getTime(), latest);
  if (last)
    return { at: new Date(placeIn(last, input.registrationId, latest)), because: first.because, note: 'last_opening_before_expiry' };
  return { at: new Date(Math.min(wanted, latest)), because: first.because, note: 'no_opening_before_expiry' };
}

interface Limit {
  readonly at: number;
  readonly because: Due['because'];
}

function limitsOf({ since, expiresAt, replaceAt, client, policy }: DueInput): Limit[] {
  const limits: Limit[] = [{ at: since.getTime() + policy.intervalMs, because: 'interval' }];
  const ends = (from: number, to: number, life: Due['because'], lead: Due['because']): void => {
    const length = Math.max(0, to - from);
    limits.push({ at: from + (length * 2) / 3, because: life });
    // A lead longer than half of a life counts as half, or what is short-lived would be due the moment it is made.
    limits.push({ at: to - Math.min(policy.leadMs, length / 2), because: lead });
  };
  if (replaceAt) limits.push({ at: replaceAt.getTime(), because: 'may_end' });
  if (expiresAt) ends(since.getTime(), expiresAt.getTime(), 'life', 'lead');
  if (client) ends(client.since.getTime(), client.expiresAt.getTime(), 'client_life', 'client_lead');
  return limits;
}

/** An hour before the end, or a tenth of a short life: a rotation takes its time. */
export function latestStart({ since, expiresAt, client }: Pick<DueInput, 'since' | 'expiresAt' | 'client'>): number {
  const ends = [expiresAt, client?.expiresAt].flatMap((end) => (end ? [end.getTime()] : []));
  return Math.min(...ends.map((end) => end - Math.min(HOUR_MS, Math.max(0, end - since.getTime()) / 10)), Number.MAX_SAFE_INTEGER);
}

/**
 * A place in the first `part` of the opening that is the registration's own, at `latest` at the latest; at its beginning
 * where it has no end. The last tenth is left free: what is looked at a little late still finds it open.
 */
export function placeIn(opening: Opening, registrationId: string, latest: number, part = 0.9): number {
  const from = opening.from.getTime();
  const to = opening.to === undefined ? from : Math.min(opening.to.getTime(), Math.max(from, latest));
  return Math.floor(from + shareOf(registrationId) * part * (to - from));
}

function lastOpening(policy: EffectivePolicy, since: number, latest: number): Opening | undefined {
  let last: Opening | undefined;
  let at = since;
  while (at <= latest) {
    const opening = nextOpening(policy, new Date(at));
    if (!opening || opening.from.getTime() > latest) return last;
    last = opening;
    if (!opening.to) return last;
    at = opening.to.getTime();
  }
  return last;
}

/** A number in [0, 1) of the id alone. */
function shareOf(id: string): number {
  return Number.parseInt(digestText(id).slice(0, 8), 16) / 2 ** 32;
}
