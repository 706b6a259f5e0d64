import { readFileSync } from 'node:fs';
import type { Clock } from './clock.js';

const LOOK_EVERY_MS = 10;

/**
 * The wall clock, moved by the number of milliseconds that stands in a file: several processes share it, and a test moves it
 * while they run. For tests alone; the configuration refuses it elsewhere.
 */
export class FileClock implements Clock {
  #offsetMs = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly path: string) {}

  now(): Date {
    const at = performance.now();
    if (at - this.#lookedAt >= LOOK_EVERY_MS) {
      this.#lookedAt = at;
      this.#offsetMs = this.#read();
    }
    return new Date(Date.now() + this.#offsetMs);
  }

  /** A file that is just being written is read the next time. */
  #read(): number {
    try {
      const offsetMs = Number.parseInt(readFileSync(this.path, 'utf8'), 10);
      return Number.isSafeInteger(offsetMs) ? offsetMs : this.#offsetMs;
    } catch {
      return this.#offsetMs;
    }
  }
}
