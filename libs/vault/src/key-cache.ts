import type { DataKey } from './data-key.js';

const MAX_KEYS = 500;
const TTL_MS = 300_000;

interface Entry {
  readonly key: Promise<DataKey>;
  readonly until: number;
}

/**
 * Opened keys for five minutes, at most 500, the least recently used one leaves first. Concurrent askers share one
 * load; a failed load is not remembered. Whoever still works with a key that left keeps it alive until done: it is
 * never overwritten under a sealer's hands, which would seal a value that nothing opens.
 */
export class KeyCache {
  readonly #entries = new Map<string, Entry>();

  /** `elapsedMs` counts this process's own time; it is not business time. */
  constructor(private readonly elapsedMs: () => number = () => performance.now()) {}

  get(name: string, load: () => Promise<DataKey>): Promise<DataKey> {
    const found = this.#entries.get(name);
    const entry = found && found.until > this.elapsedMs() ? found : this.#load(name, load);
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MAX_KEYS && oldest !== undefined) this.#entries.delete(oldest);
    return entry.key;
  }

  /** Forgets one. */
  drop(name: string): void {
    this.#entries.delete(name);
  }

  /** Forgets everything, e.g. when the process ends. */
  clear(): void {
    this.#entries.clear();
  }

  #load(name: string, load: () => Promise<DataKey>): Entry {
    const entry = { key: load(), until: this.elapsedMs() + TTL_MS };
    entry.key.catch(() => {
      if (this.#entries.get(name) === entry) this.#entries.delete(name);
    });
    return entry;
  }
}
