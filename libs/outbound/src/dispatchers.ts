import type { Socket } from 'node:net';
import { Client, Pool, errors, type Dispatcher } from 'undici';
import { connectGuarded, type Road } from './connect.js';
import type { Target } from './target.js';

const MAX_POOLS = 256;
const SOCKETS_PER_POOL = 64;
const OPTIONS = {
  // The total deadline is the caller's; undici's own timers would end a slow write earlier, with an unknown outcome.
  headersTimeout: 0,
  bodyTimeout: 0,
  maxHeaderSize: 16_384,
  pipelining: 1,
  allowH2: false,
} as const;

/** One connection for one request, ended with it. */
export interface FreshConnection {
  readonly dispatcher: Dispatcher;
  readonly localAddress: () => string | undefined;
}

/** The connections of one Outbound: pools that are reused, apart by partition and origin, and fresh ones. Bounded. */
export class Dispatchers {
  readonly #pools = new Map<string, Pool>();
  readonly #fresh = new Set<Client>();
  #closed = false;

  constructor(private readonly road: Road) {}

  get closed(): boolean {
    return this.#closed;
  }

  /** The pool of a partition at an origin; the one that was used longest ago makes room, and ends when its requests have. */
  reused(target: Target, partition: string): Dispatcher {
    const key = `${partition}\n${target.origin}`;
    const pool = this.#pools.get(key) ?? this.#makePool(target);
    this.#pools.delete(key);
    this.#pools.set(key, pool);
    const [oldest] = this.#pools;
    if (this.#pools.size > MAX_POOLS && oldest !== undefined) {
      this.#pools.delete(oldest[0]);
      void oldest[1].close();
    }
    return pool;
  }

  /** Runs `use` on a connection that no other request had or will have. */
  async fresh<T>(target: Target, cancel: AbortSignal, use: (connection: FreshConnection) => Promise<T>): Promise<T> {
    let localAddress: string | undefined;
    const client = new Client(target.origin, {
      ...OPTIONS,
      connect: (_, done) => {
        void connectGuarded(target, this.road, cancel).then(
          (socket) => {
            localAddress = socket.localAddress;
            done(null, endingQuietly(socket));
          },
          (error: unknown) => {
            done(error as Error, null);
          },
        );
      },
    });
    this.#fresh.add(client);
    try {
      return await use({ dispatcher: client, localAddress: () => localAddress });
    } finally {
      this.#fresh.delete(client);
      void client.destroy();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#pools.values(), ...this.#fresh];
    this.#pools.clear();
    await Promise.all(all.map((dispatcher) => dispatcher.destroy()));
  }

  #makePool(target: Target): Pool {
    return new Pool(target.origin, {
      ...OPTIONS,
      connections: SOCKETS_PER_POOL,
      keepAliveTimeout: 4_000,
      keepAliveMaxTimeout: 30_000,
      connect: (_, done) => {
        void connectGuarded(target, this.road).then(
          (socket) => {
            done(null, endingQuietly(socket));
          },
          (error: unknown) => {
            done(error as Error, null);
          },
        );
      },
    });
  }
}

/**
 * undici ends a socket that it is done with by an error that says no more than that, and Node has the stack of every error
 * that a socket is ended with written out, which costs as much as sealing what was answered. Such an error gets a short one.
 */
function endingQuietly(socket: Socket): Socket {
  const destroy = socket.destroy.bind(socket);
  socket.destroy = (error) => {
    if (error instanceof errors.InformationalError) error.stack = error.message;
    return destroy(error);
  };
  return socket;
}
