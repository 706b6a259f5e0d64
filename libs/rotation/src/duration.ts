import { Duration } from 'luxon';

/** A year at most ten times over: what is longer is a typing error. */
export const LONGEST_MS = 3_660 * 86_400_000;

/**
 * An ISO 8601 duration in milliseconds: a month counts as 30 days and a year as 365, whichever month or year it is.
 * @returns undefined for what is no duration, or is negative.
 */
export function durationMs(text: string): number | undefined {
  const duration = Duration.fromISO(text);
  if (!duration.isValid) return undefined;
  const { years, months, ...rest } = duration.toObject();
  const days = (years ?? 0) * 365 + (months ?? 0) * 30;
  const ms = Duration.fromObject(rest).toMillis() + days * 86_400_000;
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}

/** Milliseconds as an ISO 8601 duration of days, hours, minutes and seconds. */
export function isoDuration(ms: number): string {
  return Duration.fromMillis(ms).shiftTo('days', 'hours', 'minutes', 'seconds').removeZeros().toISO();
}
