import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { loadConfig } from '@registrar/config';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@registrar/database';
import { addressOf, claimPort } from './address.js';
import { startProgram, type Program, type ProgramPlan } from './program.js';
import { howEnded, supervise, type Supervised } from './supervisor.js';

export interface RegistrarPlan {
  readonly env: NodeJS.ProcessEnv;
  /** Hears what a person should know. */
  readonly say: (line: string) => void;
  /** Hears the log lines of api and worker. */
  readonly onLine: (line: string, name: string) => void;
}

/** Api, worker and, without DATABASE_URL, their database, as processes of their own. */
export interface Registrar {
  readonly address: string;
  readonly ownerKeyFile: string;
  /** The first workspace's owner key; undefined where the file is not there (any more). */
  readonly ownerKey: string | undefined;
  /** True when this start made that key. */
  readonly firstStart: boolean;
  /** Settles with words when it cannot go on. */
  readonly failed: Promise<string>;
  stop(): Promise<void>;
}

const LOOPBACK = '127.0.0.0/8,::1';
const READY_MS = 120_000;
/** The worker drains what is on the wire: the longest deadline and five seconds. */
const DRAIN_MS = 70_000;
const built = (program: string): string => join(import.meta.dirname, '../../../programs', `${program}.js`);

/**
 * Starts everything in order and waits until it serves.
 * @throws Problem | Error in plain words; then nothing that it started is left running
 */
export async function startRegistrar(plan: RegistrarPlan): Promise<Registrar> {
  const config = loadConfig(plan.env);
  const port = await claimPort(config.HOST, config.PORT, 'PORT');
  if (config.METRICS_PORT !== 0) await claimPort(config.HOST, config.METRICS_PORT, 'METRICS_PORT');
  const running: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of running.splice(0).reverse()) await end();
  };
  try {
    const env: NodeJS.ProcessEnv = { ...plan.env, PORT: String(port), REGISTRAR_HOME: config.REGISTRAR_HOME };
    let postgres: EmbeddedPostgres | undefined;
    if (!config.DATABASE_URL) {
      postgres = await startEmbeddedPostgres({ home: config.REGISTRAR_HOME, say: plan.say });
      running.push(() => postgres?.stop() ?? Promise.resolve());
      env.DATABASE_URL = postgres.databaseUrl.expose();
      env.DATABASE_OWNER_URL = postgres.databaseOwnerUrl.expose();
      if (config.OUTBOUND_ALLOW.length === 0) {
        env.OUTBOUND_ALLOW = LOOPBACK;
        plan.say(`Calls to this machine itself are allowed (OUTBOUND_ALLOW=${LOOPBACK}), as for trying out only.`);
      }
    }
    const program = (name: string, file: string, own: NodeJS.ProcessEnv = {}): ProgramPlan => ({
      name,
      file,
      env: { ...env, ...own },
      onLine: plan.onLine,
    });
    if (env.DATABASE_OWNER_URL) await runToItsEnd(program('migrate', built('migrate')));

    const ownerKeyFile = join(config.REGISTRAR_HOME, 'owner-key');
    const firstStart = !existsSync(ownerKeyFile);
    const keep = async (each: ProgramPlan, ready: (first: Program) => Promise<void>): Promise<Supervised> => {
      const first = startProgram(each);
      let stopIt = (): Promise<unknown> => first.stop(DRAIN_MS);
      running.push(() => stopIt());
      await ready(first);
      const kept = supervise(first, each, plan.say);
      stopIt = () => kept.stop(DRAIN_MS);
      return kept;
    };
    // The api makes the key-encryption key and the first workspace; the worker comes after it.
    const address = addressOf(config.HOST, port);
    const api = await keep(program('api', built('api')), (first) => serves(`${address}/health/ready`, first));
    if (config.AUDIT_RETENTION_DAYS !== undefined && env.DATABASE_OWNER_URL) await runToItsEnd(program('audit-cut', built('audit-cut')));
    const worker = await keep(program('worker', built('worker'), { METRICS_PORT: '0' }), () => Promise.resolve());
    return {
      address,
      ownerKeyFile,
      ownerKey: await readFile(ownerKeyFile, 'utf8').then(
        (text) => text.trim(),
        () => undefined,
      ),
      firstStart,
      failed: Promise.race([
        api.gaveUp,
        worker.gaveUp,
        ...(postgres ? [postgres.exited.then(() => 'The embedded Postgres has ended.')] : []),
      ]),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function runToItsEnd(plan: ProgramPlan): Promise<void> {
  const ending = await startProgram(plan).exited;
  if (ending.code !== 0) throw new Error(`${plan.name} ended ${howEnded(ending)}; what it said stands above.`);
}

async function serves(url: string, first: Program): Promise<void> {
  const ended = first.exited.then((ending) => {
    throw new Error(`${first.name} ended ${howEnded(ending)} before it served; what it said stands above.`);
  });
  ended.catch(() => undefined);
  const until = performance.now() + READY_MS;
  while (performance.now() < until) {
    const answer = await Promise.race([fetch(url).catch(() => undefined), ended]);
    if (answer?.ok === true) return;
    await Promise.race([pause(100), ended]);
  }
  throw new Error(`${first.name} did not serve within ${READY_MS / 1000} s; what it said stands above.`);
}
