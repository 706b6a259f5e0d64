const MINUTE_MS = 60_000;
const MOST = 10_000;

interface Written {
  readonly at: number;
  left: number;
}

/**
 * What anybody may cause as often as they like is written at most once a minute, so that a flood does not fill the log; how many
 * were left out stands in the next entry. Each process counts for itself, the newest 10,000 names.
 */
export class Sparingly {
  readonly #known = new Map<string, Written>();

  /** `elapsedMs` counts this process's own time; it is not business time. */
  constructor(private readonly elapsedMs: () => number = () => performance.now()) {}

  /**
   * Runs `write` where it is due, and tells it how many were left out since the last one. Where that fails, the next one is due.
   * @returns whether it was written.
   */
  async write(name: string, write: (leftOut: number) => Promise<unknown>): Promise<boolean> {
    const last = this.#known.get(name);
    if (last && this.elapsedMs() - last.at < MINUTE_MS) {
      last.left += 1;
      return false;
    }
    const written: Written = { at: this.elapsedMs(), left: 0 };
    this.#remember(name, written);
    try {
      await write(last?.left ?? 0);
      return true;
    } catch (error) {
      // This one, those before it, and those that came while it failed, stand in the next.
      if (this.#known.get(name) === written) this.#remember(name, { at: -Infinity, left: (last?.left ?? 0) + written.left + 1 });
      throw error;
    }
  }

  #remember(name: string, written: Written): void {
    this.#known.delete(name);
    this.#known.set(name, written);
    if (this.#known.size > MOST) this.#known.delete(this.#known.keys().next().value ?? '');
  }
}
