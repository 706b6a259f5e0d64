import { Pkcs11Failure } from './pkcs11-code.js';

/** What is used by one at a time, and closed when it failed. */
interface Closable {
  close(): Promise<void>;
}

/**
 * A few sessions of one key, each for one thing at a time. Where a session, the login or the token was lost, all are opened anew and
 * the thing is tried once more.
 */
export class Pkcs11Pool<Session extends Closable> {
  readonly #idle: Session[] = [];
  /** In the order in which they came. */
  readonly #waiting = new Set<() => void>();
  #places: number;

  constructor(
    private readonly open: (signal: AbortSignal) => Promise<Session>,
    private readonly size: number,
  ) {
    this.#places = size;
  }

  /** `signal`: nothing is begun after it. @throws whatever `work` or opening throws, and the signal's reason. */
  async use<T>(signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<T> {
    await this.#enter(signal);
    try {
      return await this.#once(signal, work).catch(async (error: unknown) => {
        if (!(error instanceof Pkcs11Failure) || !error.lost) throw error;
        await this.#closeIdle();
        return this.#once(signal, work);
      });
    } finally {
      this.#leave();
    }
  }

  /** Waits for what is in use, and lets nobody in until `then` is done. Whoever comes afterwards opens anew. */
  async close(signal: AbortSignal, then: () => Promise<void>): Promise<void> {
    let entered = 0;
    try {
      for (; entered < this.size; entered += 1) await this.#enter(signal);
      await this.#closeIdle();
      await then();
    } finally {
      for (; entered > 0; entered -= 1) this.#leave();
    }
  }

  async #once<T>(signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const session = this.#idle.pop() ?? (await this.open(signal));
    try {
      const result = await work(session);
      this.#idle.push(session);
      return result;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  async #closeIdle(): Promise<void> {
    for (const session of this.#idle.splice(0)) await session.close();
  }

  async #enter(signal: AbortSignal): Promise<void> {
    if (this.#places > 0) {
      this.#places -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const giveUp = () => {
        this.#waiting.delete(enter);
        reject(signal.reason as Error);
      };
      const enter = () => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      this.#waiting.add(enter);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  #leave(): void {
    const [next] = this.#waiting;
    if (next) {
      this.#waiting.delete(next);
      next();
    } else this.#places += 1;
  }
}
