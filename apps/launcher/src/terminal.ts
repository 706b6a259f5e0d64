import { Problem, problemInWords } from '@registrar/problem';

/** A line of the launcher's own. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A line of one of the programs, marked with its name. */
export function sayFor(line: string, name: string): void {
  process.stdout.write(`${name.padEnd(7)}| ${line}\n`);
}

/** What a person reads when it did not work: the words, and what to do next; never a stack. */
export function explain(error: unknown): string {
  if (error instanceof Problem) return problemInWords(error);
  return error instanceof Error ? error.message : String(error);
}

/** Settles with the first signal that asks us to end. The second one ends us at once. */
export function askedToEnd(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(130);
        asked = true;
        resolve(signal);
      });
    }
  });
}
