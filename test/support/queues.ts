import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { JobsSettings } from '@registrar/jobs';
import { Secret } from '@registrar/secret';
import { adminQuery } from './connection.js';
import { testDatabase } from './database.js';
import { hasRedisServer, startRedis } from './redis.js';

/** One queue backend with handles to hurt it. */
export interface TestQueue {
  readonly settings: Pick<JobsSettings, 'databaseUrl' | 'redisUrl'>;
  /** Loses everything that is in it. */
  flush(): Promise<void>;
  /** Cuts every connection and refuses new ones. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** Everything that it holds, as text. */
  dump(): Promise<string>;
  /** How many events it keeps of that queue. */
  events(queue: string): Promise<number>;
  stop(): Promise<void>;
}

/** Both backends; without redis-server on the machine the first alone. `.ci/run` installs it, and counts. */
export const QUEUES: readonly { readonly backend: 'postgres' | 'redis'; readonly start: () => Promise<TestQueue> }[] = [
  { backend: 'postgres', start: postgres },
  ...(hasRedisServer() ? [{ backend: 'redis' as const, start: redis }] : []),
];

async function postgres(): Promise<TestQueue> {
  const database = await testDatabase();
  const name = new URL(database.databaseUrl).pathname.slice(1);
  const tables = await database.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'bullmq' AND tablename <> 'migration'`,
  );
  // A database cannot be shut while one is connected to it.
  const outside = new URL(database.databaseAdminUrl);
  outside.pathname = '/postgres';
  return {
    settings: { databaseUrl: Secret.of(database.databaseUrl) },
    flush: async () => {
      await database.query(`TRUNCATE ${tables.map((table) => table.name).join(', ')}`);
    },
    down: async () => {
      await adminQuery(outside.href, `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
      await adminQuery(outside.href, 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    },
    up: async () => {
      await adminQuery(outside.href, `ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    },
    dump: async () => {
      const rows = await Promise.all(tables.map((table) => database.query(`SELECT t::text FROM ${table.name} t`)));
      return JSON.stringify(rows);
    },
    events: async (queue) => {
      const [row] = await database.query<{ n: number }>('SELECT count(*)::int AS n FROM bullmq.event WHERE queue = $1', [queue]);
      return row?.n ?? 0;
    },
    stop: () => database.drop(),
  };
}

async function redis(): Promise<TestQueue> {
  const server = await startRedis();
  return {
    settings: { redisUrl: Secret.of(server.url) },
    flush: server.flush,
    down: server.kill,
    up: server.start,
    dump: () =>
      server.with(async (client) => {
        const found: unknown[] = [];
        for (const key of await client.keys('*')) {
          const type = await client.type(key);
          if (type === 'hash') found.push(key, await client.hgetall(key));
          else if (type === 'zset') found.push(key, await client.zrange(key, 0, -1));
          else if (type === 'list') found.push(key, await client.lrange(key, 0, -1));
          else if (type === 'stream') found.push(key, await client.xrange(key, '-', '+'));
          else found.push(key, await client.get(key));
        }
        return JSON.stringify(found);
      }),
    events: (queue) => server.with((client) => client.xlen(`registrar:${queue}:events`)),
    stop: server.stop,
  };
}

const built = (lib: string): string => JSON.stringify(new URL(`../../dist/libs/${lib}/src/index.js`, import.meta.url).href);
const HANGS = `
import { createJobs, defineJob } from ${built('jobs')};
import { Secret } from ${built('secret')};
import { z } from 'zod';
const [databaseUrl, redisUrl] = JSON.parse(process.env.URLS).map((url) => (url ? Secret.of(url) : undefined));
const [queue, name] = process.argv.slice(1);
const job = defineJob({ name, queue, payload: z.object({ id: z.uuid() }) });
const hang = () => { process.stdout.write('running'); return new Promise(() => undefined); };
createJobs({ databaseUrl, redisUrl, connectionName: 'hangs' }).work([job], { [name]: hang }, { concurrency: 1 });
`;

/** A worker in a process of its own, on the built library, that has taken one such job and never gets done with it. */
export async function hangingWorker(settings: TestQueue['settings'], queue: string, job: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', HANGS, queue, job], {
    env: { ...process.env, URLS: JSON.stringify([settings.databaseUrl?.expose(), settings.redisUrl?.expose()]) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])) as unknown[];
  if (String(said) !== 'running') throw new Error('The worker did not start: npm run build first');
  return child;
}
