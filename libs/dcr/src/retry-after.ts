import { parseHttpDate } from './retry-after-date.js';

/** Waited where a server says "later" without a time that can be read. */
export const DEFAULT_RETRY_AFTER_MS = 60_000;

const MIN_MS = 1000;
const MAX_MS = 24 * 3_600_000;

/**
 * How long the server asks to be left alone, in milliseconds: `Retry-After` as seconds or as an HTTP-date (RFC 9110 section
 * 10.2.3), clamped to 1 s … 24 h; undefined where it is missing or not one of the two (A-52, U12). A date is taken against the
 * answer's own `Date`, so that a wrong clock at the server does no harm.
 */
export function retryAfterMs(headers: Readonly<Record<string, string>> | undefined, now: Date): number | undefined {
  const value = headers?.['retry-after']?.trim();
  if (value === undefined) return undefined;
  const seconds = /^(\d{1,15})(?:\s*,.*)?$/.exec(value)?.[1];
  if (seconds !== undefined) return clamp(Number(seconds) * 1000);
  const until = parseHttpDate(value);
  if (until === undefined) return undefined;
  const from = parseHttpDate(headers?.['date']) ?? now;
  return clamp(until.getTime() - from.getTime());
}

const clamp = (ms: number) => Math.min(Math.max(ms, MIN_MS), MAX_MS);
