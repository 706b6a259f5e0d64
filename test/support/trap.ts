import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Something that a trapped program opened, or tried to. */
export interface Caught {
  readonly pid: number;
  readonly what: 'connect' | 'datagram' | 'dns' | 'process';
  /** Host and port, name or file. */
  readonly target: string;
  /** Who may open what it opens; null: it was refused. */
  readonly owner: 'outbound' | 'pg' | 'redis' | null;
  /** The innermost file of ours, or of a package, that did it. */
  readonly origin: string;
}

export interface SocketTrap {
  /** Settings that put a Node program into the trap. */
  readonly env: NodeJS.ProcessEnv;
  caught(): Caught[];
  remove(): Promise<void>;
}

/** Every socket that a program opens is written down, and refused unless libs/outbound, pg or a Redis client opens it. */
export function socketTrap(): SocketTrap {
  const folder = mkdtempSync(join(tmpdir(), 'registrar-trap-'));
  const file = join(folder, 'caught');
  return {
    env: { SOCKET_TRAP: file, NODE_OPTIONS: `--import ${new URL('socket-trap.mjs', import.meta.url).href}` },
    caught: () =>
      existsSync(file)
        ? readFileSync(file, 'utf8')
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line) as Caught)
        : [],
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
