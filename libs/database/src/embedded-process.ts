import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import type { Account } from './embedded-account.js';

/** Starts a binary of the server with nothing of our own environment: no setting of the caller's may change what it does. */
export function spawnServerBinary(
  file: string,
  args: readonly string[],
  account: Account | undefined,
  options: { cwd: string; output: number | 'pipe' },
): ChildProcess {
  return spawn(file, args, {
    ...account,
    cwd: options.cwd,
    // Windows programs do not load without SystemRoot.
    ...(process.platform === 'win32' ? {} : { env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' } }),
    stdio: ['ignore', options.output, options.output],
    // A Ctrl-C in the terminal is for us alone: the server stops last, when we say so.
    detached: true,
  });
}

/** What postmaster.pid says: the process, and whether it takes connections. */
export async function readPostmaster(dataFolder: string): Promise<{ pid: number; ready: boolean } | undefined> {
  const lines = await readFile(join(dataFolder, 'postmaster.pid'), 'utf8').then(
    (text) => text.split('\n'),
    () => [],
  );
  const pid = Math.abs(Number(lines[0] ?? Number.NaN));
  return Number.isInteger(pid) && pid > 0 ? { pid, ready: lines[7]?.trim() === 'ready' } : undefined;
}

/** True when that process is a postmaster of that very folder, and not a stranger that was given the same number. */
export async function isPostmasterOf(pid: number, dataFolder: string): Promise<boolean> {
  // The command line of a process is readable for all; its working folder is not, not even for root in a container.
  const command =
    process.platform === 'linux'
      ? await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      : await promisify(execFile)('ps', ['-o', 'args=', '-p', String(pid)]).then(
          ({ stdout }) => stdout,
          () => '',
        );
  return command.includes('postgres') && command.includes(dataFolder);
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
  });
}
