import type { Notifications } from '@registrar/database';

/** Who waits for what the database notifies on one channel: woken by the notification of their key, or after a while by themselves. */
export class Wakeups {
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(
    private readonly notifications: Notifications,
    private readonly channel: 'operations' | 'access_tokens' | 'events',
  ) {}

  async start(): Promise<void> {
    await this.notifications.listen(this.channel, (key) => {
      [...(this.#waiting.get(key) ?? [])].forEach((wake) => {
        wake();
      });
    });
  }

  /**
   * Resolves at the next notification of this key, or after `waitMs`, since one may have been missed while the listening
   * connection was away. Ask before looking, so that none is missed between.
   */
  next(key: string, waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(key) ?? new Set();
      this.#waiting.set(key, waiting);
      const wake = () => {
        clearTimeout(timer);
        waiting.delete(wake);
        if (waiting.size === 0 && this.#waiting.get(key) === waiting) this.#waiting.delete(key);
        resolve();
      };
      const timer = setTimeout(wake, waitMs);
      waiting.add(wake);
    });
  }
}
