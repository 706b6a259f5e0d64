/** Numbers that look random and are the same for the same seed. */
export class Seed {
  #state: number;

  constructor(readonly value: number) {
    this.#state = value >>> 0;
  }

  /** From 0 up to, but not including, 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from `min` to `max`, both included. */
  whole(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  pick<T>(all: readonly T[]): T {
    const one = all[this.whole(0, all.length - 1)];
    if (one === undefined) throw new Error('There is nothing to pick from');
    return one;
  }
}
