import type { Clock } from '@registrar/clock';
import type { Waiting } from './operation-status.js';

/** Waits before a write that certainly was not sent is tried again (reliability.md §6): 5 s to 12 h, then a person looks. */
export const NOT_SENT_LADDER_MS = [5_000, 30_000, 120_000, 600_000, 3_600_000, 14_400_000, 43_200_000] as const;

/** The wait before the next try, or undefined after the last one. `tries` counts those made so far. */
export function waitBefore(ladder: readonly number[], tries: number): number | undefined {
  return ladder[tries];
}

/** Why an operation waits, and until when by the business clock, as the API shows it. */
export function waitingFor(reason: string, inMs: number, clock: Clock): Waiting {
  return { reason, until: new Date(clock.now().getTime() + inMs).toISOString() };
}
