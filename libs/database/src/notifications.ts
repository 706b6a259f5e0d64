import { Client } from 'pg';

type Listener = (payload: string) => void;
const RECONNECT_MS = 1_000;

/** LISTEN on one connection of its own. A lost connection is made again; whoever listens must also poll, for what was missed meanwhile. */
export class Notifications {
  readonly #listeners = new Map<string, Set<Listener>>();
  #client: Client | undefined;
  #closed = false;
  #turn: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly url: string) {}

  /** Hears what is notified on `channel` (a plain identifier) from now on. @returns the function that stops it. */
  async listen(channel: string, listener: Listener): Promise<() => void> {
    if (!/^[a-z_]+$/.test(channel)) throw new Error('A channel is a plain identifier');
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners.add(listener));
    // One after the other: a connection takes one statement at a time, and the first listener makes it.
    const turn = this.#turn.then(() => this.#hear(channel));
    this.#turn = turn.catch(() => undefined);
    await turn;
    return () => listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#client?.end().catch(() => undefined);
  }

  async #hear(channel: string): Promise<void> {
    if (this.#client === undefined) await this.#connect();
    else await this.#client.query(`LISTEN ${channel}`);
  }

  async #connect(): Promise<void> {
    const client = new Client({ connectionString: this.url, keepAlive: true, application_name: 'registrar-listen' });
    this.#client = client;
    client.on('error', () => {
      this.#reconnect();
    });
    client.on('end', () => {
      this.#reconnect();
    });
    client.on('notification', ({ channel, payload }) => {
      this.#listeners.get(channel)?.forEach((listener) => {
        listener(payload ?? '');
      });
    });
    try {
      await client.connect();
      for (const channel of this.#listeners.keys()) await client.query(`LISTEN ${channel}`);
    } catch {
      this.#reconnect();
    }
  }

  #reconnect(): void {
    if (this.#closed || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#connect();
    }, RECONNECT_MS);
    this.#timer.unref();
  }
}
