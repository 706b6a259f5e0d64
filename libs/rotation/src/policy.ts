/** Days of a week as policies name them. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** When rotations may happen, by the clock on a wall in that time zone. `to` before `from` ends on the next day. */
export interface Window {
  /** The days on which it opens. */
  readonly days: readonly Weekday[];
  /** `HH:MM`. */
  readonly from: string;
  /** `HH:MM`, not included; `24:00` is the end of the day. */
  readonly to: string;
  /** IANA name, e.g. `America/Chicago`. */
  readonly timeZone: string;
}

/** A time in which nothing is rotated, e.g. while the hospital moves to another release. `to` is not included. */
export interface Freeze {
  /** RFC 3339. */
  readonly from: string;
  readonly to: string;
  readonly reason?: string;
}

/** What one policy says; what it leaves out is left to the others. Durations are ISO 8601. */
export interface PolicyRules {
  /** At most this long one credential is used. */
  readonly interval?: string;
  /** How long the previous credential goes on working beside its successor. */
  readonly overlap?: string;
  /** At least this long a published key waits before it is used. */
  readonly soak?: string;
  readonly window?: Window;
  readonly freezes?: readonly Freeze[];
  /** At least this long before it expires a credential is replaced. */
  readonly lead?: string;
}

/** What holds for one registration, with every length in milliseconds. */
export interface EffectivePolicy {
  readonly intervalMs: number;
  readonly overlapMs: number;
  /** Absent: nobody said so, and what is known of the server decides. */
  readonly soakMs?: number;
  readonly leadMs: number;
  /** All of them have to be open. */
  readonly windows: readonly Window[];
  /** None of them may hold. */
  readonly freezes: readonly Freeze[];
}
