import { existsSync, readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { copyOut } from './connection.js';
import type { Part } from './part.js';
import type { Stack } from './stack.js';

/** A place where a secret could come to lie, and all that is in it. */
export interface Sink {
  readonly name: string;
  readonly kind: 'log' | 'process' | 'table' | 'queue' | 'redis' | 'metrics' | 'answers';
  readonly bytes: Buffer;
}

/** Everything that a stack has written down or shows: `answers` are those that nobody gave a secret in. */
export async function sinksOf(stack: Stack, metricsPort: number, answers: readonly string[]): Promise<Sink[]> {
  const parts = [stack.api, ...stack.workers];
  return [
    ...parts.map((part): Sink => ({ name: `log of ${part.name}`, kind: 'log', bytes: Buffer.from(part.lines.join('\n')) })),
    ...parts.flatMap(processOf),
    ...(await tablesOf(stack)),
    ...(await redisOf(stack)),
    { name: 'metrics', kind: 'metrics', bytes: Buffer.from(await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()) },
    { name: 'answers', kind: 'answers', bytes: Buffer.from(answers.join('\n')) },
  ];
}

/** Every table of every schema that is not PostgreSQL's own, in COPY's text form. */
export async function tablesOf(stack: Stack): Promise<Sink[]> {
  const tables = await stack.query<{ name: string; schema: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name, schemaname AS schema FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
  );
  const copies = await copyOut(
    stack.database.databaseAdminUrl,
    tables.map(({ name }) => name),
  );
  return tables.map(({ name, schema }) => ({
    name: `table ${name}`,
    kind: schema === 'bullmq' ? 'queue' : 'table',
    bytes: copies.get(name) ?? Buffer.alloc(0),
  }));
}

/** Every key of the queue's Redis, where there is one. */
export async function redisOf(stack: Stack): Promise<Sink[]> {
  if (!stack.redis) return [];
  const found = await stack.redis.with(async (client) => {
    const values: unknown[] = [];
    for (const key of await client.keys('*')) values.push(key, await valueOf(client, key));
    return values;
  });
  return [{ name: 'Redis', kind: 'redis', bytes: Buffer.from(JSON.stringify(found)) }];
}

async function valueOf(client: Redis, key: string): Promise<unknown> {
  switch (await client.type(key)) {
    case 'hash':
      return client.hgetall(key);
    case 'zset':
      return client.zrange(key, 0, -1);
    case 'set':
      return client.smembers(key);
    case 'list':
      return client.lrange(key, 0, -1);
    case 'stream':
      return client.xrange(key, '-', '+');
    default:
      return client.get(key);
  }
}

/** What the machine shows of a process: its settings and its command line, where there is such a thing. */
function processOf(part: Part): Sink[] {
  const path = `/proc/${part.pid}`;
  if (!existsSync(`${path}/environ`)) return [];
  const bytes = Buffer.concat([readFileSync(`${path}/environ`), readFileSync(`${path}/cmdline`)]);
  return [{ name: `process of ${part.name}`, kind: 'process', bytes }];
}
