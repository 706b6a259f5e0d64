import type { Clock } from '@registrar/clock';
import type { Waiting } from './operation-status.js';

/** Waits before a write that certainly was not sent is tried again (reliability.md §6): 5 s to 12 h, then a person looks. */
export const NOT_SENT_LADDER_MS = [5_000, 30_000, 120_000, 600_000, 3_600_000, 14_400_000, 43_200_000] as const;

/** A certificate, or a name that does not resolve, is mended by a person, not within seconds. */
const BY_PERSON_LADDER_MS = [120_000, 600_000, 3_600_000, 14_400_000, 43_200_000] as const;

/** The waits that the kind of failure deserves. All end early when the server is there again. */
export function ladderOf(code: string): readonly number[] {
  return code === 'tls_failed' || code === 'dns_failed' ? BY_PERSON_LADDER_MS : NOT_SENT_LADDER_MS;
}

/** Up to a fifth shorter, so that what failed together does not come back together. */
export function jittered(ms: number): number {
  return Math.round(ms * (0.8 + Math.random() / 5));
}

/** The wait before the next try, or undefined after the last one. `tries` counts those made so far. */
export function waitBefore(ladder: readonly number[], tries: number): number | undefined {
  return ladder[tries];
}

/** Why an operation waits, and until when by the business clock, as the API shows it. */
export function waitingFor(reason: string, inMs: number, clock: Clock): Waiting {
  return { reason, until: new Date(clock.now().getTime() + inMs).toISOString() };
}
