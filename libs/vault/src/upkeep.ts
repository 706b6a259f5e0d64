/**
 * Has a worker look after the keyring by itself, once a minute: what is due is read from the database each time, so nothing is
 * lost where a look fails or is cut off, and two workers at once do no harm.
 */
export class Upkeep {
  #last = -Infinity;
  #running: Promise<void> | undefined;
  readonly #stop = new AbortController();

  constructor(
    private readonly work: (signal: AbortSignal) => Promise<void>,
    private readonly failed: (error: unknown) => void,
    private readonly everyMs = 60_000,
  ) {}

  async look(): Promise<void> {
    if (this.#stop.signal.aborted || performance.now() - this.#last < this.everyMs) return;
    this.#last = performance.now();
    this.#running = this.#run();
    await this.#running;
  }

  /** Waits for the group that is being worked on; the rest is for the next start. */
  async drain(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      await this.work(this.#stop.signal);
    } catch (error) {
      this.failed(error);
    }
  }
}
