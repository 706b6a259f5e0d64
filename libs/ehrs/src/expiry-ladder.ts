/** How many days before its end something is announced (I-02, I-05), the furthest first. */
export const ALARM_DAYS = [30, 14, 7, 1] as const;
const DAY_MS = 86_400_000;

/** When the next alarm after `now` is due; the last one is the expiry itself, which announces nothing. */
export function nextAlarm(expiresAt: Date, now: Date): Date {
  const next = ALARM_DAYS.map((days) => new Date(expiresAt.getTime() - days * DAY_MS)).find((at) => at > now);
  return next ?? expiresAt;
}

/** The least of the announced numbers of days that it still has; undefined once it is over, or while it has longer. */
export function daysAnnounced(expiresAt: Date, now: Date): number | undefined {
  const leftMs = expiresAt.getTime() - now.getTime();
  return leftMs <= 0 ? undefined : [...ALARM_DAYS].reverse().find((days) => leftMs <= days * DAY_MS);
}
