import { SystemClock } from '@registrar/clock';
import type { Secret } from '@registrar/secret';
import { within } from './deadline.js';
import { ensureSchedules } from './ensure-schedules.js';
import { scrubbed, type JobsIncident, type Report } from './incident.js';
import type { Handlers, Job, PayloadOf, Schedule } from './job.js';
import { postgresQueue, redisQueue, type BullQueue, type Processor, type QueueBackend } from './queue-backend.js';
import { QueueHealth } from './queue-health.js';
import { QueueWorker } from './queue-worker.js';

const ENQUEUE_MS = 500;
const SCHEDULES_MS = 5_000;
const CLOSE_MS = 2_000;
const BUCKET_MS = 500;
const wall = new SystemClock();

export interface JobsSettings {
  /** The app's role. Used unless `redisUrl` is given. */
  readonly databaseUrl?: Secret | undefined;
  readonly redisUrl?: Secret | undefined;
  /** How this process shows in pg_stat_activity or CLIENT LIST. */
  readonly connectionName: string;
  readonly report?: Report;
}

export interface RingOptions {
  /** Rings of one id coalesce: while one waits, more change nothing; while one runs, exactly one more follows it. */
  readonly dedupeId?: string;
  /** Not before this many milliseconds from now. Delayed rings coalesce within half a second, never early. */
  readonly delayMs?: number;
}

/**
 * Opens the queue, on Redis where a `redisUrl` is given, else in PostgreSQL. Connects when first used.
 * @throws Error where neither address is given
 */
export function createJobs(settings: JobsSettings): Jobs {
  const { databaseUrl, redisUrl, connectionName, report } = settings;
  if (redisUrl) return new Jobs(redisQueue(redisUrl, connectionName), report);
  if (databaseUrl) return new Jobs(postgresQueue(databaseUrl, connectionName), report);
  throw new Error('A queue needs DATABASE_URL or REDIS_URL');
}

/** The doorbell between api and worker. The work itself is in Postgres: losing all that is here costs seconds, never work. */
export class Jobs {
  readonly #queues = new Map<string, BullQueue>();
  readonly #workers: QueueWorker[] = [];
  readonly #ringing: QueueHealth;
  readonly #working: QueueHealth;

  constructor(
    private readonly source: QueueBackend,
    private readonly report: Report = () => undefined,
  ) {
    this.#ringing = new QueueHealth(source.name, 'ring', report);
    this.#working = new QueueHealth(source.name, 'work', report);
  }

  get backend(): 'postgres' | 'redis' {
    return this.source.name;
  }

  /**
   * Rings, as well as it can within half a second. It never throws: the request that rings is already committed.
   * @returns false where the queue did not take it; the sweeper finds the work then.
   */
  async enqueue<J extends Job>(job: J, payload: PayloadOf<J>, options: RingOptions = {}): Promise<boolean> {
    const parsed = job.payload.safeParse(payload);
    if (!parsed.success) {
      this.#tell({ kind: 'enqueue_refused', job: job.name, error: parsed.error });
      return false;
    }
    return this.#attempt(job.queue, ENQUEUE_MS, (queue) => queue.add(job.name, parsed.data, ringOptions(options)));
  }

  /**
   * Starts to answer the declared jobs, `concurrency` at once in each queue. A queue that is away is waited for; a
   * handler's failure is reported, and the queue keeps its code alone. Nothing is retried here: the sweeper rings again.
   */
  work<const List extends readonly Job[]>(declared: List, handlers: Handlers<List>, options: { readonly concurrency: number }): void {
    const table: unknown = handlers;
    const answers = table as Readonly<Record<string, ((payload: object) => Promise<void>) | undefined>>;
    for (const name of new Set(declared.map((job) => job.queue))) {
      const jobs = new Map(declared.filter((job) => job.queue === name).map((job) => [job.name, job]));
      const processor: Processor = async ({ name: rung, data }) => {
        this.#working.worked();
        const parsed = jobs.get(rung)?.payload.safeParse(data);
        const handler = answers[rung];
        if (!parsed?.success || !handler) throw scrubbed('jobs.not_declared');
        try {
          await handler(parsed.data);
        } catch (error) {
          this.#tell({ kind: 'handler_failed', job: rung, error });
          throw scrubbed(error);
        }
      };
      this.#workers.push(new QueueWorker(() => this.source.worker(name, processor, options.concurrency), this.#working));
    }
  }

  /** Makes the recurring jobs what the table says; cheap where they are. @returns false where the queue did not answer. */
  async ensureSchedules(table: readonly Schedule[]): Promise<boolean> {
    const names = [...new Set(table.map(({ job }) => job.queue))];
    const done = names.map((name) =>
      this.#attempt(name, SCHEDULES_MS, (queue) =>
        ensureSchedules(
          queue,
          table.filter(({ job }) => job.queue === name),
        ),
      ),
    );
    return (await Promise.all(done)).every(Boolean);
  }

  /** Takes no more jobs, waits up to `drainMs` for those that run, and disconnects. */
  async close(drainMs = 35_000): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close(drainMs)));
    const queues = [...this.#queues.values()];
    this.#queues.clear();
    await Promise.all(queues.map((queue) => within(CLOSE_MS, queue.close()).catch(() => undefined)));
  }

  async #attempt(name: string, ms: number, call: (queue: BullQueue) => Promise<unknown>): Promise<boolean> {
    if (this.#ringing.resting) return false;
    const queue = this.#queue(name);
    try {
      await within(ms, call(queue));
      this.#ringing.worked();
      return true;
    } catch (error) {
      this.#ringing.failed(error);
      return false;
    }
  }

  #queue(name: string): BullQueue {
    const known = this.#queues.get(name);
    if (known) return known;
    const queue = this.source.queue(name);
    queue.on('error', () => undefined);
    this.#queues.set(name, queue);
    // BullMQ would repeat a first connect's failure for ever; the next ring starts with a queue of its own.
    queue.waitUntilReady().catch(() => {
      if (this.#queues.get(name) === queue) this.#queues.delete(name);
      queue.close().catch(() => undefined);
    });
    return queue;
  }

  #tell(incident: JobsIncident): void {
    this.report(incident);
  }
}

function ringOptions({ dedupeId, delayMs = 0 }: RingOptions): Record<string, unknown> {
  const kept = { removeOnComplete: true, removeOnFail: { count: 100 }, stackTraceLimit: 1 };
  if (dedupeId === undefined) return { ...kept, delay: delayMs };
  if (delayMs <= 0) return { ...kept, deduplication: { id: dedupeId, keepLastIfActive: true } };
  const now = wall.now().getTime();
  const due = Math.ceil((now + delayMs) / BUCKET_MS) * BUCKET_MS;
  return { ...kept, delay: due - now, deduplication: { id: `${dedupeId}@${due}`, keepLastIfActive: true } };
}
