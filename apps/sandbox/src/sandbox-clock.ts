/** How a clock is to go on; see README.md, `POST /clock`. */
export interface ClockChange {
  readonly advance_ms?: number | undefined;
  /** RFC 3339. */
  readonly now?: string | undefined;
  readonly speed?: number | undefined;
}

/** The simulator's time: the real one, until the control port moves it. */
export class SandboxClock {
  #base = Date.now();
  #since = performance.now();
  #speed = 1;
  #real = true;

  /** Milliseconds since the epoch. */
  now(): number {
    return this.#real ? Date.now() : Math.floor(this.#base + (performance.now() - this.#since) * this.#speed);
  }

  date(): Date {
    return new Date(this.now());
  }

  /** Jumps, or goes faster; speed 0 stands still. What is not named goes on as it was. */
  change({ advance_ms: advanceMs = 0, now, speed }: ClockChange): void {
    const from = now === undefined ? this.now() : Date.parse(now);
    this.#base = from + advanceMs;
    this.#since = performance.now();
    this.#speed = speed ?? this.#speed;
    this.#real = false;
  }
}
