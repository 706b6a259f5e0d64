import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { embeddedProblem } from './embedded.problems.js';

/** A folder that one process has to itself until it releases it or dies. */
export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Takes the lock file, also over from a holder that is dead.
 * @throws Problem `embedded.home_in_use` when the holder lives.
 */
export async function takeLock(path: string): Promise<FolderLock> {
  const mine = await identity(process.pid);
  const draft = `${path}.${process.pid}.${performance.now().toFixed(3)}`;
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
      await removeIfStale(path, draft);
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

async function removeIfStale(path: string, draft: string): Promise<void> {
  const holder = await readFile(path, 'utf8').catch(() => undefined);
  if (holder === undefined) return;
  const pid = Number(holder.split(' ')[0]);
  if (await isAlive(pid, holder)) {
    throw embeddedProblem('embedded.home_in_use', { detail: `Process ${pid} is already running on this data folder.`, extra: { pid } });
  }
  // Renaming first: two that judged the same lock stale must not remove the fresh one of a third.
  const aside = `${draft}.stale`;
  await rename(path, aside).catch(() => undefined);
  const removed = await readFile(aside, 'utf8').catch(() => holder);
  if (removed !== holder) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
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
