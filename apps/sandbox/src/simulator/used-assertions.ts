/** Assertions that were used, by jti, until they are over (RFC 7523 section 3). */
export class UsedAssertions {
  readonly #used = new Map<string, number>();

  /** False where it was used before. */
  use(jti: string, expiresAt: number, now: number): boolean {
    if (this.#used.size > 10_000) for (const [old, end] of this.#used) if (end < now) this.#used.delete(old);
    if (this.#used.has(jti)) return false;
    this.#used.set(jti, expiresAt);
    return true;
  }
}
