import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../libs/database/src/embedded-process.js';

/** A Redis of one's own on a free loopback port, that keeps nothing on disk. */
export interface TestRedis {
  readonly url: string;
  /** A client of it; throws while it is down. */
  readonly with: <T>(work: (client: Redis) => Promise<T>) => Promise<T>;
  readonly flush: () => Promise<void>;
  /** SIGKILL: everything in it is gone. */
  readonly kill: () => Promise<void>;
  /** SIGSTOP: it takes connections and answers nothing; SIGCONT ends that. */
  readonly signal: (signal: 'SIGSTOP' | 'SIGCONT') => Promise<void>;
  /** Starts it again on the same port, empty. */
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Whether this machine can start one. */
export function hasRedisServer(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}

/** @throws Error that says what to install where there is no redis-server. */
export async function startRedis(): Promise<TestRedis> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'registrar-redis-'));
  const url = `redis://127.0.0.1:${port}/0`;
  let server: ChildProcess | undefined;

  const connected = async <T>(work: (client: Redis) => Promise<T>): Promise<T> => {
    const client = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await work(client);
    } finally {
      client.disconnect();
    }
  };
  const start = async (): Promise<void> => {
    const child = spawn('redis-server', ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder], {
      stdio: 'ignore',
    });
    const failed = once(child, 'error').then(([error]) => {
      throw new Error('redis-server cannot be started: apt-get install redis-server', { cause: error });
    });
    failed.catch(() => undefined);
    server = child;
    process.once('exit', () => child.kill('SIGKILL'));
    for (let tries = 0; ; tries += 1) {
      await Promise.race([failed, new Promise((resolve) => setTimeout(resolve, 25))]);
      const answered = await connected((client) => client.ping()).catch(() => undefined);
      if (answered === 'PONG') return;
      if (tries > 400) throw new Error('redis-server does not answer');
    }
  };
  const kill = async (): Promise<void> => {
    if (server?.exitCode === null && server.signalCode === null) {
      const gone = once(server, 'exit');
      server.kill('SIGKILL');
      await gone;
    }
  };
  await start();
  return {
    url,
    with: connected,
    flush: async () => {
      await connected((client) => client.flushall());
    },
    signal: (signal) => {
      server?.kill(signal);
      return Promise.resolve();
    },
    kill,
    start,
    stop: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
