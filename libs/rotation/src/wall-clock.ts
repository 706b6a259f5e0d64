import { IANAZone } from 'luxon';
import { WEEKDAYS, type Weekday, type Window } from './policy.js';

const MINUTE_MS = 60_000;
const DAY_MIN = 1_440;
const DAY_MS = DAY_MIN * MINUTE_MS;

/** Whether there is a time zone of that name in the IANA database. */
export function isTimeZone(name: string): boolean {
  // An offset such as "+02:00" is no zone: it knows nothing of summer time.
  return /^[A-Za-z]/.test(name) && IANAZone.isValidZone(name);
}

/** `HH:MM` in minutes since midnight. */
export function minuteOfDay(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}

/** What the clock on the wall says: that alone decides, so an hour that a day lacks is never open, and one that it has twice is open twice. */
export function showsOpen(window: Window, at: number): boolean {
  const local = Math.floor((at + offsetMs(window.timeZone, at)) / MINUTE_MS);
  const day = Math.floor(local / DAY_MIN);
  const minute = local - day * DAY_MIN;
  const [from, to] = [minuteOfDay(window.from), minuteOfDay(window.to)];
  if (from < to) return minute >= from && minute < to && window.days.includes(weekday(day));
  return (minute >= from && window.days.includes(weekday(day))) || (minute < to && window.days.includes(weekday(day - 1)));
}

/** The next moment after `at`, a day later at most, at which the wall clock may open or close the window. */
export function nextEdge(window: Window, at: number): number {
  const offset = offsetMs(window.timeZone, at);
  const local = at + offset;
  const midnight = Math.floor(local / DAY_MS) * DAY_MS;
  const edges = [minuteOfDay(window.from), minuteOfDay(window.to)].map((minute) => midnight + minute * MINUTE_MS);
  const next = Math.min(...[...edges, midnight + DAY_MS].filter((edge) => edge > local)) - offset;
  return Math.min(next, nextTransition(window.timeZone, at, next));
}

/** When the clocks are put forward or back after `at`; `until` where they are not before it. */
function nextTransition(timeZone: string, at: number, until: number): number {
  const before = offsetMs(timeZone, at);
  if (offsetMs(timeZone, until) === before) return until;
  let [low, high] = [at, until];
  while (high - low > 1_000) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMs(timeZone, middle) === before) low = middle;
    else high = middle;
  }
  // Clocks are put forward and back on the minute.
  return Math.floor(high / MINUTE_MS) * MINUTE_MS;
}

/** Days of UTC in which a zone keeps one offset, which is nearly all of them: the calendar is asked once for each. */
const steadyDays = new Map<string, number | undefined>();
const MOST_DAYS = 20_000;

function offsetMs(timeZone: string, at: number): number {
  const day = Math.floor(at / DAY_MS);
  const key = `${timeZone} ${day}`;
  if (!steadyDays.has(key)) {
    const [first, last] = [askOffsetMs(timeZone, day * DAY_MS), askOffsetMs(timeZone, (day + 1) * DAY_MS)];
    if (steadyDays.size >= MOST_DAYS) steadyDays.clear();
    steadyDays.set(key, first === last ? first : undefined);
  }
  return steadyDays.get(key) ?? askOffsetMs(timeZone, at);
}

function askOffsetMs(timeZone: string, at: number): number {
  return IANAZone.create(timeZone).offset(at) * MINUTE_MS;
}

/** The first day of the epoch was a Thursday. */
function weekday(day: number): Weekday {
  return WEEKDAYS[(((day + 3) % 7) + 7) % 7] ?? 'mon';
}
