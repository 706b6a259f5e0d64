import { mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { QueryResultRow } from 'pg';
import { makeReady } from '../../apps/launcher/prepare.mjs';
import { freePort } from '../../libs/database/src/embedded-process.js';
import { testDatabase, type TestDatabase } from './database.js';
import { startPart, until, type Part } from './part.js';
import { startRedis, type TestRedis } from './redis.js';
import { startSandbox, type SandboxFault, type TestSandbox } from './sandbox.js';
import type { TestServer } from './server.js';

export interface StackOptions {
  /** Where the queue lives; REGISTRAR_TEST_BACKEND, else PostgreSQL. */
  readonly backend?: 'postgres' | 'redis';
  /** How many worker processes; 1. */
  readonly workers?: number;
  /** How many api processes behind no balancer; 1. The others serve at `otherUrls`. */
  readonly apis?: number;
  /** Settings of the api processes after the first, on top of the others. */
  readonly otherEnv?: NodeJS.ProcessEnv;
  /** Settings of api and workers on top of the test's own. */
  readonly env?: NodeJS.ProcessEnv;
  /** Where api and workers fail, e.g. `R5:kill:3` (libs/faults); a restart with `{ FAULTS: '' }` is without. */
  readonly faults?: string;
  /** Faults that the sandbox begins with. */
  readonly sandboxFaults?: readonly SandboxFault[];
  /** How far the business clock runs ahead, in milliseconds. */
  readonly clock?: number;
  /** Whether the business clock can be moved while the programs run, by `moveClock`. */
  readonly movableClock?: boolean;
  /** False: no sandbox. */
  readonly sandbox?: boolean;
  /** Settings of the sandbox, e.g. `SANDBOX_HOSPITALS: '2'`. */
  readonly sandboxEnv?: NodeJS.ProcessEnv;
  /** The Postgres to use where vitest's global setup has not started one. */
  readonly server?: TestServer;
}

/** The whole of Registrar as it is shipped, over HTTP. */
export interface Stack {
  readonly baseUrl: string;
  /** Where the other api processes serve. */
  readonly otherUrls: readonly string[];
  /** The first workspace's owner key. */
  readonly ownerKey: string;
  readonly api: Part;
  readonly workers: readonly Part[];
  readonly redis: TestRedis | undefined;
  readonly database: TestDatabase;
  /** Folder of the owner key and the key-encryption key. */
  readonly home: string;
  /** @throws Error where this stack has none. */
  readonly sandbox: TestSandbox;
  /** The owner's URL, for what a test arranges; row security holds it too. */
  readonly databaseUrl: string;
  /** Asks the api; `body` is sent as JSON, with the owner's key unless `key` is given. */
  call<Body = unknown>(method: string, path: string, options?: CallOptions): Promise<Answer<Body>>;
  /** Sets the business clock of api and workers to this many milliseconds ahead of the wall clock; needs `movableClock`. */
  moveClock(aheadMs: number): void;
  /** One statement as a superuser, who sees every row. */
  query<Row extends QueryResultRow = QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Stops what this stack started, in order, and removes its data. */
  stop(): Promise<void>;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Another api process than the first. */
  readonly at?: string;
}

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** The levels at which a worker says that it is ready. */
const LOUD = new Set(['trace', 'debug', 'info']);

/** Starts a stack of the built programs on free ports, on a database of its own, and waits until it serves. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  await makeReady();
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const each of undo.splice(0).reverse()) await each().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw new AggregateError(failures, 'The stack did not stop in order');
  };
  try {
    const database = await testDatabase(options.server);
    undo.push(() => database.drop());
    const backend = options.backend ?? (process.env.REGISTRAR_TEST_BACKEND === 'redis' ? 'redis' : 'postgres');
    const redis = backend === 'redis' ? await startRedis() : undefined;
    if (redis) undo.push(() => redis.stop());
    const sandbox = options.sandbox === false ? undefined : await startSandbox({ ...inherited(), ...options.sandboxEnv });
    if (sandbox) undo.push(() => sandbox.part.stop());
    for (const fault of options.sandboxFaults ?? []) await sandbox?.fault(fault);

    const home = mkdtempSync(join(tmpdir(), 'registrar-home-'));
    undo.push(() => rm(home, { recursive: true, force: true }));
    const clockFile = join(home, 'clock');
    const port = await freePort();
    const baseUrl = `http://127.0.0.1:${port}`;
    const env: NodeJS.ProcessEnv = {
      ...inherited(),
      NODE_ENV: 'test',
      REGISTRAR_HOME: home,
      HOST: '127.0.0.1',
      PORT: String(port),
      METRICS_PORT: '0',
      PUBLIC_URL: baseUrl,
      DATABASE_URL: database.databaseUrl,
      DATABASE_POOL_SIZE: '8',
      OUTBOUND_ALLOW: '127.0.0.0/8,::1',
      RATE_LIMIT_PER_SECOND: '10000',
      ...(redis ? { REDIS_URL: redis.url } : {}),
      ...(options.faults === undefined ? {} : { FAULTS: options.faults }),
      ...(options.clock === undefined ? {} : { CLOCK_OFFSET_MS: String(options.clock) }),
      ...(options.movableClock ? { CLOCK_FILE: clockFile } : {}),
      ...options.env,
    };
    const api = await startApi(baseUrl, env);
    undo.push(() => api.stop());
    const otherUrls: string[] = [];
    for (let number = 1; number < (options.apis ?? 1); number += 1) {
      const otherPort = await freePort();
      const other = await startApi(`http://127.0.0.1:${otherPort}`, { ...env, ...options.otherEnv, PORT: String(otherPort) });
      undo.push(() => other.stop());
      otherUrls.push(`http://127.0.0.1:${otherPort}`);
    }
    const workers = await Promise.all(
      Array.from({ length: options.workers ?? 1 }, async (_, number) => {
        const worker = await startPart({
          name: `worker${number + 1}`,
          file: 'programs/worker.js',
          env,
          ready: async ({ lines }) => {
            const said = (): boolean => lines().some((line) => line.includes('the worker is ready'));
            if (LOUD.has(env.LOG_LEVEL ?? 'info')) await until('the worker to be ready', said, 60_000);
          },
        });
        undo.push(() => worker.stop());
        return worker;
      }),
    );
    const ownerKey = readFileSync(join(home, 'owner-key'), 'utf8').trim();
    return {
      baseUrl,
      otherUrls,
      ownerKey,
      api,
      workers,
      redis,
      database,
      home,
      get sandbox() {
        if (!sandbox) throw new Error('This stack was started without a sandbox');
        return sandbox;
      },
      databaseUrl: database.databaseOwnerUrl,
      call: (method, path, call = {}) => ask(`${call.at ?? baseUrl}${path}`, method, ownerKey, call),
      moveClock: (aheadMs) => {
        writeFileSync(`${clockFile}.new`, String(aheadMs));
        renameSync(`${clockFile}.new`, clockFile);
      },
      query: (text, values) => database.query(text, values),
      stop,
    };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

function startApi(baseUrl: string, env: NodeJS.ProcessEnv): Promise<Part> {
  const serves = () =>
    fetch(`${baseUrl}/health/ready`).then(
      (answer) => answer.ok,
      () => false,
    );
  return startPart({
    name: 'api',
    file: 'programs/api.js',
    env,
    ready: async () => {
      await until(`${baseUrl}/health/ready`, serves, 60_000);
    },
  });
}

/** What every program needs of our own environment, and nothing that would change what it does. */
function inherited(): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'LANG', 'TZ'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}

async function ask<Body>(url: string, method: string, ownerKey: string, options: CallOptions): Promise<Answer<Body>> {
  const key = options.key === undefined ? ownerKey : options.key;
  const answer = await fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body) }),
  });
  const text = await answer.text();
  const isJson = /[/+]json/.test(answer.headers.get('content-type') ?? '');
  return { status: answer.status, headers: answer.headers, body: (isJson && text !== '' ? JSON.parse(text) : text) as Body };
}
