import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { embeddedProblem } from './embedded.problems.js';

/** A folder that one process has to itself until it releases it or dies. */
export interface FolderLock {
  release(): Promise<void>;
}

const REMOVAL_MS = 2_000;

/**
 * Takes the lock file, also over from a holder that is dead.
 * @throws Problem `embedded.home_in_use` when the holder lives.
 */
export async function takeLock(path: string): Promise<FolderLock> {
  const mine = await identity(process.pid);
  const since = performance.now();
  const draft = `${path}.${crypto.randomUUID()}`;
  await writeFile(draft, mine, { mode: 0o600 });
  try {
    for (;;) {
      // A link appears whole or not at all, so nobody ever reads a lock that is half written.
      const taken = await link(draft, path).then(
        () => true,
        (error: unknown) => {
          if (codeOf(error) === 'EEXIST') return false;
          throw error;
        },
      );
      if (taken) break;
      await removeIfStale(path, since);
    }
  } finally {
    await rm(draft, { force: true });
  }
  return {
    release: async () => {
      if ((await readFile(path, 'utf8').catch(() => '')) === mine) await rm(path, { force: true });
    },
  };
}

async function removeIfStale(path: string, since: number): Promise<void> {
  const holder = await readFile(path, 'utf8').catch(() => undefined);
  if (holder === undefined) return;
  const pid = Number(holder.split(' ')[0]);
  if (await isAlive(pid, holder)) {
    throw embeddedProblem('embedded.home_in_use', { detail: `Process ${pid} is already running on this data folder.`, extra: { pid } });
  }
  // One at a time removes, and looks again before: else two that judged the same lock stale would remove the fresh one of a third.
  const removing = `${path}.removing`;
  try {
    await mkdir(removing);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    // A removal takes a millisecond; one that we have waited for so long belongs to a process that died in it.
    if (performance.now() - since > REMOVAL_MS) await rm(removing, { recursive: true, force: true });
    await pause(20);
    return;
  }
  try {
    if ((await readFile(path, 'utf8').catch(() => undefined)) === holder) await rm(path, { force: true });
  } finally {
    await rm(removing, { recursive: true, force: true });
  }
}

async function isAlive(pid: number, holder: string): Promise<boolean> {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') return false;
  }
  return (await identity(pid)) === holder;
}

/** A process number comes back after a reboot or a wrap; with its start time and the boot it does not. */
async function identity(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return [pid, started, boot.trim()].join(' ').trim();
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
