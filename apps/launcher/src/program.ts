import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

export interface ProgramPlan {
  /** What its lines are marked with. */
  readonly name: string;
  /** The built file that Node runs. */
  readonly file: string;
  readonly args?: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** False: stacks name the built files, and the maps of the sources are not read for the first of them; tests start hundreds. */
  readonly sourceMaps?: boolean;
  /** Hears each line that it prints. */
  readonly onLine: (line: string, name: string) => void;
}

/** How a program ended: a status, or the signal that ended it. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One process of the stack; nothing else is ever signalled through it. */
export interface Program {
  readonly name: string;
  readonly pid: number;
  readonly exited: Promise<Ending>;
  kill(signal: NodeJS.Signals): void;
  /** Asks it to end in order, and makes it after `graceMs`. */
  stop(graceMs: number): Promise<Ending>;
}

// Preloaded into each program: when the launcher dies, by kill -9 too, its programs end in order.
const DIE_WITH_PARENT = `data:text/javascript,${encodeURIComponent(
  "process.once('disconnect', () => process.kill(process.pid, 'SIGTERM')); process.channel?.unref();",
)}`;

/** Starts a built program. A Ctrl-C in the terminal reaches the launcher alone, which stops the programs in their order. */
export function startProgram(plan: ProgramPlan): Program {
  const maps = plan.sourceMaps === false ? [] : ['--enable-source-maps'];
  const child = spawn(process.execPath, [...maps, '--import', DIE_WITH_PARENT, plan.file, ...(plan.args ?? [])], {
    env: plan.env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream)
      createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => {
        plan.onLine(line, plan.name);
      });
  }
  const exited = new Promise<Ending>((resolve) => {
    child.once('error', (error) => {
      plan.onLine(error.message, plan.name);
      resolve({ code: 1, signal: null });
    });
    // Not 'exit': the last lines it printed come first.
    child.once('close', (code, signal) => {
      resolve({ code, signal });
    });
  });
  return {
    name: plan.name,
    pid: child.pid ?? 0,
    exited,
    kill: (signal) => {
      child.kill(signal);
    },
    stop: async (graceMs) => {
      child.kill('SIGTERM');
      const giveUp = new AbortController();
      const forced = pause(graceMs, undefined, { signal: giveUp.signal }).then(
        () => child.kill('SIGKILL'),
        () => false,
      );
      const ending = await exited;
      giveUp.abort();
      await forced;
      return ending;
    },
  };
}
