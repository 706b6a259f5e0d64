import { createPostgresBackend, createRedisBackend, withBackend, type JobSchedulerJson, type JobsOptions } from 'bullmq';
import type { Secret } from '@registrar/secret';

/** The PostgreSQL schema of the queue's own tables. */
export const QUEUE_SCHEMA = 'bullmq';

/** What of a BullMQ queue is used here, on either backend. */
export interface BullQueue {
  add(name: string, data: object, options: JobsOptions): Promise<unknown>;
  getJobSchedulers(start: number, end: number): Promise<JobSchedulerJson[]>;
  upsertJobScheduler(id: string, repeat: { every: number }, template: { name: string; data: object; opts: JobsOptions }): Promise<unknown>;
  removeJobScheduler(id: string): Promise<boolean>;
  waitUntilReady(): Promise<void>;
  close(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

export interface BullWorker {
  waitUntilReady(): Promise<void>;
  close(force?: boolean): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

export type Processor = (job: { readonly name: string; readonly data: unknown }) => Promise<void>;

export interface QueueBackend {
  readonly name: 'postgres' | 'redis';
  queue(name: string): BullQueue;
  worker(name: string, processor: Processor, concurrency: number): BullWorker;
}

// The job of a killed worker comes back after the lock and one look for stalled jobs. A doorbell may ring any number of times.
const WORKING = {
  lockDuration: 5_000,
  stalledInterval: 5_000,
  maxStalledCount: 1_000_000,
  drainDelay: 5,
  runRetryDelay: 1_000,
} as const;
// Events are read by nobody; PostgreSQL has no trimEvents, but every 256th event there cuts the table down to maxLen. 0 would keep all.
const STREAMS = { events: { maxLen: 256 } };

/** The queue in PostgreSQL, through the app's role: its pools are small, as a doorbell is one short call. */
export function postgresQueue(databaseUrl: Secret, connectionName: string): QueueBackend {
  const classes = withBackend(createPostgresBackend);
  const connection = (max: number) => ({
    connectionString: databaseUrl.expose(),
    schema: QUEUE_SCHEMA,
    max,
    application_name: connectionName,
    connectionTimeoutMillis: 2_000,
    keepAlive: true,
    options: '-c statement_timeout=10000 -c lock_timeout=5000',
  });
  return {
    name: 'postgres',
    queue: (name) => new classes.Queue(name, { connection: connection(2), streams: STREAMS }),
    worker: (name, processor, concurrency) => new classes.Worker(name, processor, { connection: connection(3), concurrency, ...WORKING }),
  };
}

/** The queue on Redis, where workers scale out over machines. */
export function redisQueue(redisUrl: Secret, connectionName: string): QueueBackend {
  const classes = withBackend(createRedisBackend);
  const connection = {
    url: redisUrl.expose(),
    connectionName,
    connectTimeout: 2_000,
    retryStrategy: (times: number) => Math.min(times * 100, 2_000),
  };
  const prefix = 'registrar';
  return {
    name: 'redis',
    // Nothing waits in the process for a Redis that is away: the row is there, and the sweeper rings again.
    queue: (name) =>
      new classes.Queue(name, {
        connection: { ...connection, enableOfflineQueue: false, maxRetriesPerRequest: 1 },
        prefix,
        streams: STREAMS,
      }),
    worker: (name, processor, concurrency) =>
      new classes.Worker(name, processor, { connection: { ...connection, maxRetriesPerRequest: null }, prefix, concurrency, ...WORKING }),
  };
}
