import type { ChildProcess } from 'node:child_process';
import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Account } from './embedded-account.js';
import { freePort, isPostmasterOf, readPostmaster, spawnServerBinary } from './embedded-process.js';
import { embeddedProblem } from './embedded.problems.js';

export interface ServerPlan {
  readonly binaries: string;
  readonly folder: string;
  readonly data: string;
  readonly account: Account | undefined;
  readonly settings: Readonly<Record<string, string>>;
}

export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  /** Settles when the process has ended, for whatever reason. */
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

// Durable as in production: fsync and synchronous_commit stay on. Nothing that a query carries goes into the log.
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  io_method: 'sync',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
};
/** The backends of a killed server hold its shared memory for a moment; a start in that moment is refused, and tried again. */
const STALE_MS = 20_000;
const READY_MS = 120_000;
const STOP_MS = 20_000;

/**
 * Starts the server of a data folder on a free port of 127.0.0.1, after stopping one that an earlier run left behind.
 * The caller holds the folder's lock.
 * @throws Problem `embedded.cannot_start`
 */
export async function launchServer(plan: ServerPlan): Promise<RunningServer> {
  await stopLeftover(plan.data);
  const until = performance.now() + STALE_MS;
  for (;;) {
    const port = await freePort();
    const { child, refusal } = await attempt(plan, port);
    if (refusal === undefined) return running(child, port);
    const again = /could not bind|pre-existing shared memory|postmaster\.pid/.test(refusal);
    if (!again || performance.now() > until) throw embeddedProblem('embedded.cannot_start', { detail: refusal });
    await pause(250);
  }
}

async function stopLeftover(data: string): Promise<void> {
  const left = await readPostmaster(data);
  if (!left) return;
  const ours = (): Promise<boolean> => isPostmasterOf(left.pid, data);
  for (const [signal, patienceMs] of [
    ['SIGINT', STOP_MS],
    ['SIGQUIT', STOP_MS],
  ] as const) {
    const until = performance.now() + patienceMs;
    if (await ours()) process.kill(left.pid, signal);
    while ((await ours()) && performance.now() < until) await pause(50);
  }
  if (await ours())
    throw embeddedProblem('embedded.cannot_start', { detail: `Postgres of an earlier run (process ${left.pid}) does not stop.` });
  // Nobody runs on this folder. Postgres would refuse to start where the number belongs to a stranger by now.
  await rm(join(data, 'postmaster.pid'), { force: true });
}

async function attempt(plan: ServerPlan, port: number): Promise<{ child: ChildProcess; refusal?: string }> {
  const logFile = join(plan.folder, 'server.log');
  const log = await open(logFile, 'w', 0o600);
  const settings = Object.entries({ ...SETTINGS, port: String(port), ...plan.settings });
  const args = ['-D', plan.data, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const child = spawnServerBinary(join(plan.binaries, 'bin', 'postgres'), args, plan.account, { cwd: plan.data, output: log.fd });
  let failure: string | undefined;
  child.once('error', (error) => (failure = `Postgres could not run: ${error.message}`));
  child.once('exit', (status, signal) => (failure ??= `Postgres ended with ${status ?? signal ?? 'nothing'}`));
  await log.close();
  const until = performance.now() + READY_MS;
  while (failure === undefined && performance.now() < until) {
    const postmaster = await readPostmaster(plan.data);
    if (postmaster?.ready && postmaster.pid === child.pid) return { child };
    await pause(20);
  }
  if (failure === undefined) {
    child.kill('SIGQUIT');
    failure = `Postgres was not ready after ${READY_MS / 1000} s`;
  }
  const said = await readFile(logFile, 'utf8').catch(() => '');
  return { child, refusal: `${failure}. ${said.trim().slice(-600)}` };
}

function running(child: ChildProcess, port: number): RunningServer {
  const exited = new Promise<void>((resolve) =>
    child.once('exit', () => {
      resolve();
    }),
  );
  // Where we end without stopping it, a signal is still possible; after a kill -9 of ours the next start copes.
  const atExit = (): boolean => child.kill('SIGINT');
  process.once('exit', atExit);
  void exited.then(() => process.off('exit', atExit));
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    pid: child.pid ?? 0,
    port,
    exited,
    stop: async () => {
      for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
        if (ended()) return;
        child.kill(signal);
        await Promise.race([exited, pause(STOP_MS, undefined, { ref: false })]);
      }
    },
  };
}
