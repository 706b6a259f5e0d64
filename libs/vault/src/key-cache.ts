import type { DataKey } from './data-keys.js';

const MAX_KEYS = 500;
const TTL_MS = 300_000;

/** Opened data keys for five minutes, at most 500; a key is overwritten when it leaves. Concurrent askers share one load. */
export class KeyCache {
  readonly #entries = new Map<string, { readonly key: Promise<DataKey>; readonly until: number }>();

  get(name: string, load: () => Promise<DataKey>): Promise<DataKey> {
    const found = this.#entries.get(name);
    // Elapsed time of this process, not business time.
    if (found && found.until > performance.now()) return found.key;
    if (found) this.#drop(name);
    const key = load();
    this.#entries.set(name, { key, until: performance.now() + TTL_MS });
    key.catch(() => this.#entries.delete(name));
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MAX_KEYS && oldest !== undefined) this.#drop(oldest);
    return key;
  }

  /** Forgets everything, e.g. when the process ends. */
  clear(): void {
    for (const name of [...this.#entries.keys()]) this.#drop(name);
  }

  #drop(name: string): void {
    const entry = this.#entries.get(name);
    this.#entries.delete(name);
    // Whoever got the key a moment ago may still be using it: it is overwritten after their work is certainly done.
    void entry?.key.then(
      (key) => setTimeout(() => key.bytes.fill(0), 60_000).unref(),
      () => undefined,
    );
  }
}
