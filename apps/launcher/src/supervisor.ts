import { setTimeout as pause } from 'node:timers/promises';
import { startProgram, type Ending, type Program, type ProgramPlan } from './program.js';

/** A program that is started again when it ends without being asked to. */
export interface Supervised {
  /** The process of this moment; another one after a restart. */
  current(): Program;
  /** Settles with words when it ends too often to go on. */
  readonly gaveUp: Promise<string>;
  stop(graceMs: number): Promise<void>;
}

const WINDOW_MS = 60_000;
const MOST_RESTARTS = 5;

/** Keeps a program that runs: one that was killed comes back, one that cannot live does not for ever. */
export function supervise(first: Program, plan: ProgramPlan, say: (line: string) => void): Supervised {
  let program = first;
  let wanted = true;
  const isWanted = (): boolean => wanted;
  const stopping = new AbortController();
  const watch = async (): Promise<string | undefined> => {
    const restarts: number[] = [];
    for (;;) {
      const ending = await program.exited;
      if (!isWanted()) return undefined;
      const now = performance.now();
      restarts.push(now);
      const recent = restarts.filter((at) => now - at < WINDOW_MS).length;
      if (recent > MOST_RESTARTS) return `${plan.name} ended ${howEnded(ending)} again and again.`;
      say(`${plan.name} ended ${howEnded(ending)}; it is started again.`);
      await pause(recent * 200, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (!isWanted()) return undefined;
      program = startProgram(plan);
    }
  };
  const watched = watch();
  return {
    current: () => program,
    gaveUp: watched.then((words) => words ?? new Promise<string>(() => undefined)),
    stop: async (graceMs) => {
      wanted = false;
      stopping.abort();
      await program.stop(graceMs);
      await watched;
    },
  };
}

/** `with status 1`, or `by SIGKILL`. */
export function howEnded(ending: Ending): string {
  return ending.signal === null ? `with status ${ending.code ?? 'unknown'}` : `by ${ending.signal}`;
}
