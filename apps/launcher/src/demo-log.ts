import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** Where the programs' log lines go, so that what a person reads stays short. */
export interface DemoLog {
  readonly file: string;
  readonly hear: (line: string, name: string) => void;
  /** The last lines: what is read when something went wrong. */
  readonly last: () => readonly string[];
}

const KEPT = 20;

/** Begins the file anew. */
export function openDemoLog(file: string): DemoLog {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const stream = createWriteStream(file, { mode: 0o600 });
  // A full disk must not end the demo; what it says is on the screen.
  stream.on('error', () => undefined);
  const last: string[] = [];
  return {
    file,
    hear: (line, name) => {
      const marked = `${name.padEnd(7)}| ${line}`;
      stream.write(`${marked}\n`);
      last.push(marked);
      if (last.length > KEPT) last.shift();
    },
    last: () => last,
  };
}
