import type { StatementKeyRow } from './statement-key.entity.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How long a key signs: as long as any other credential, where nobody says otherwise. */
const SIGNS_MS = 90 * DAY_MS;
/** How long servers may keep what they fetched: the next key is published so long before it signs. */
export const PUBLISHED_AHEAD_MS = DAY_MS;
/** What was begun with a key before another took its place is written by then. */
const SETTLED_MS = HOUR_MS;

type Key = Pick<StatementKeyRow, 'id' | 'alg' | 'signsFrom' | 'neededUntil'>;

/** What is to be done about the keys of a workspace, and when to look again. */
export interface KeyLife {
  /** Algorithms whose next key is published now. */
  readonly next: readonly string[];
  /** Keys that no statement needs any more. */
  readonly retire: readonly string[];
  /** Keys that sign no more: their private halves are destroyed. */
  readonly spent: readonly string[];
  readonly lookAt: Date;
}

/** The key that signs now: the newest of its algorithm whose time has come. */
export function signing<K extends Key>(keys: readonly K[], alg: string, now: Date): K | undefined {
  return keys.filter((key) => key.alg === alg && key.signsFrom <= now).sort((a, b) => b.signsFrom.getTime() - a.signsFrom.getTime())[0];
}

/**
 * Of each algorithm the next key is published a day before the one in use has signed for ninety, then it signs; the one before is
 * published until the last statement that it has signed has ended, or a server that looks at one would find no key for it.
 */
export function keyLife(keys: readonly Key[], now: Date): KeyLife {
  const [next, retire, spent, moments]: [string[], string[], string[], number[]] = [[], [], [], []];
  const later = (at: number) => (at > now.getTime() ? moments.push(at) > 0 : false);
  for (const alg of new Set(keys.map((key) => key.alg))) {
    const current = signing(keys, alg, now);
    if (!current) continue;
    const successor = keys.find((key) => key.alg === alg && key.signsFrom > now);
    if (successor) later(successor.signsFrom.getTime());
    else if (!later(current.signsFrom.getTime() + SIGNS_MS - PUBLISHED_AHEAD_MS)) next.push(alg);
    for (const key of keys.filter((one) => one.alg === alg && one.signsFrom < current.signsFrom)) {
      const settled = current.signsFrom.getTime() + SETTLED_MS;
      if (later(settled)) continue;
      spent.push(key.id);
      if (!later(key.neededUntil?.getTime() ?? 0)) retire.push(key.id);
    }
  }
  return { next, retire, spent, lookAt: new Date(Math.min(now.getTime() + SIGNS_MS, ...moments)) };
}
