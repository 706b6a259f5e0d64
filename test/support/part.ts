import { join } from 'node:path';
import { startProgram, type Ending, type Program } from '../../apps/launcher/src/program.js';
import { root } from '../../apps/launcher/prepare.mjs';

export { freePort } from '../../libs/database/src/embedded-process.js';

/** One process of a stack under test. */
export interface Part {
  readonly name: string;
  /** The process of this moment. */
  readonly pid: number;
  /** Everything that it has printed, over restarts. */
  readonly lines: readonly string[];
  /** Settles when the process of this moment has ended, whoever ended it. */
  readonly ended: Promise<Ending>;
  /** Sends a signal and waits for the end where the signal is one that ends. SIGSTOP and SIGCONT only go out. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again after it has ended, with the same settings and others on top. */
  restart(env?: NodeJS.ProcessEnv): Promise<void>;
  /** Ends it in order; nothing where it has ended already. */
  stop(): Promise<Ending>;
}

export interface PartPlan {
  readonly name: string;
  /** Built file below dist, e.g. `programs/api.js`. */
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
  /** Settles when it serves; gets the lines that this process printed, and the text of a failure in `lines`. */
  readonly ready: (process: { lines: () => readonly string[]; exited: Promise<Ending> }) => Promise<void>;
}

const GRACE_MS = 75_000;

/** Starts a built program and waits until it is ready. */
export async function startPart(plan: PartPlan): Promise<Part> {
  const lines: string[] = [];
  let program: Program;
  const start = async (env: NodeJS.ProcessEnv): Promise<void> => {
    const from = lines.length;
    program = startProgram({
      name: plan.name,
      file: join(root, 'dist', plan.file),
      env,
      sourceMaps: false,
      onLine: (line) => lines.push(line),
    });
    const { exited } = program;
    const ended = exited.then((ending) => {
      throw new Error(`${plan.name} ended with ${ending.code ?? ending.signal ?? 'nothing'} before it was ready:\n${lastOf(lines, from)}`);
    });
    ended.catch(() => undefined);
    try {
      await Promise.race([plan.ready({ lines: () => lines.slice(from), exited }), ended]);
    } catch (error) {
      await program.stop(1_000);
      throw error instanceof Error && error.message.startsWith(plan.name)
        ? error
        : new Error(`${plan.name} was not ready:\n${lastOf(lines, from)}`, { cause: error });
    }
  };
  await start(plan.env);
  return {
    name: plan.name,
    get pid() {
      return program.pid;
    },
    lines,
    get ended() {
      return program.exited;
    },
    kill: async (signal) => {
      program.kill(signal);
      if (!['SIGSTOP', 'SIGCONT', 'SIGUSR1', 'SIGUSR2', 'SIGHUP'].includes(signal)) await program.exited;
    },
    restart: async (env = {}) => {
      await program.exited;
      await start({ ...plan.env, ...env });
    },
    stop: () => program.stop(GRACE_MS),
  };
}

function lastOf(lines: readonly string[], from: number): string {
  return lines.slice(Math.max(from, lines.length - 40)).join('\n');
}

/** Waits until `look` gives something; throws after `patienceMs` with what it was waiting for. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  patienceMs = 30_000,
): Promise<T> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`Waited ${patienceMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
