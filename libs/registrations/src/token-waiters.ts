import type { Notifications } from '@registrar/database';

const POLL_MS = 500;

/** Who waits for a token that somebody else fetches: woken by the database's notification, or by a look every half second. */
export class TokenWaiters {
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(private readonly notifications: Notifications) {}

  async start(): Promise<void> {
    await this.notifications.listen('access_tokens', (digest) => {
      const waiting = this.#waiting.get(digest);
      this.#waiting.delete(digest);
      waiting?.forEach((wake) => {
        wake();
      });
    });
  }

  /** Resolves at the next notification of this digest. Ask before looking, so that none is missed between. */
  next(digest: string): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(digest) ?? new Set();
      this.#waiting.set(digest, waiting);
      const wake = () => {
        clearTimeout(timer);
        waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, POLL_MS);
      waiting.add(wake);
    });
  }
}
