const MINUTE_MS = 60_000;
/** A provider's document is asked for again no sooner than this, whatever tokens name; sooner where the last time failed. */
const AGAIN_MS = MINUTE_MS / 2;
const AFTER_FAILURE_MS = 5_000;
const FRESH_MS = 10 * MINUTE_MS;
/** While the provider does not answer, what it said last holds for a day. */
const LONGEST_MS = 24 * 60 * MINUTE_MS;

/** A document that somebody else publishes: read when it is asked for, kept for ten minutes, and never fetched more often than twice a minute. */
export class KeptDocument<T> {
  #kept: { readonly value: T; readonly at: number } | undefined;
  #failure: unknown;
  #notBefore = -Infinity;
  #pending: Promise<void> | undefined;

  /** @param now Milliseconds that only grow. */
  constructor(
    private readonly read: () => Promise<T>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @throws what `read` threw last, where there is nothing that may still be used. */
  async get(): Promise<T> {
    const age = this.#kept === undefined ? Infinity : this.now() - this.#kept.at;
    // What may still be used is used at once: a provider that hangs holds nobody up.
    if (age >= LONGEST_MS) await this.renew();
    else if (age >= FRESH_MS) void this.renew();
    if (!this.#kept || this.now() - this.#kept.at >= LONGEST_MS) throw this.#failure;
    return this.#kept.value;
  }

  /** Reads it again, unless that was done just now. Never throws: what there is stays. */
  renew(): Promise<void> {
    if (this.#pending) return this.#pending;
    if (this.now() < this.#notBefore) return Promise.resolve();
    this.#pending = this.#renew().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #renew(): Promise<void> {
    try {
      this.#kept = { value: await this.read(), at: this.now() };
      this.#notBefore = this.now() + AGAIN_MS;
    } catch (error) {
      this.#failure = error;
      this.#notBefore = this.now() + AFTER_FAILURE_MS;
    }
  }
}
