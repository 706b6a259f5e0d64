import type { KeyEncryptionKey, KekVersion, WrappedKey } from './kek.js';
import { vaultProblem } from './vault.problems.js';

/** The key that wraps from now on, beside those that only open what they wrapped: so a change of keys interrupts nothing. */
export class KekRing implements KeyEncryptionKey {
  readonly #keys: ReadonlyMap<string, KeyEncryptionKey>;

  constructor(
    private readonly newest: KeyEncryptionKey,
    earlier: readonly KeyEncryptionKey[] = [],
  ) {
    this.#keys = new Map([...earlier, newest].map((key) => [key.id, key]));
  }

  get id(): string {
    return this.newest.id;
  }

  get ids(): readonly string[] {
    return [...this.#keys.keys()];
  }

  /** Whether it can open what this key wrapped. */
  holds(id: string): boolean {
    return this.#keys.has(id);
  }

  current(): Promise<KekVersion> {
    return this.newest.current();
  }

  wrap(key: Uint8Array, associated: readonly string[]): Promise<WrappedKey> {
    return this.newest.wrap(key, associated);
  }

  async unwrap(wrapped: WrappedKey, associated: readonly string[]): Promise<Buffer> {
    const key = this.#keys.get(wrapped.kekId);
    if (!key) throw kekWrong(wrapped.kekId, this.ids);
    return key.unwrap(wrapped, associated);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#keys.values()].map(async (key) => key.close?.()));
  }
}

/** Names the key that is needed, by its id. */
export function kekWrong(needed: string, held: readonly string[]) {
  return vaultProblem('vault.kek_wrong', { detail: `The keyring needs the key ${needed}; this one is ${held.join(', ')}.` });
}
