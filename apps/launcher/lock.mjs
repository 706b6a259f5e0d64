import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Runs `work` while no other command of this checkout does; waits for the other one, and takes over from a dead one.
 * @template T
 * @param {string} path the lock file
 * @param {(pid: number) => void} waiting told once, when it has to wait
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, waiting, work) {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  for (let told = false; !take(path); await pause(300)) {
    const holder = readText(path);
    if (isDead(holder, path)) removeDead(path, holder);
    else if (!told) {
      waiting(Number(holder.split(' ')[0]));
      told = true;
    }
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function take(path) {
  try {
    writeFileSync(path, identity(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function isDead(holder, path) {
  if (holder === '') return ageMs(path) > 5_000; // made this moment, and not yet written
  const pid = Number(holder.split(' ')[0]);
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return true;
  }
  return identity(pid) !== holder;
}

function removeDead(path, holder) {
  // Renamed first and looked at again: of two that found the same dead holder, the slower must not remove the faster one's lock.
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    if (readText(aside) !== holder) linkSync(aside, path);
  } catch {
    // Somebody else was faster.
  }
  rmSync(aside, { force: true });
}

/** A process number comes back after a reboot or a wrap; with its start time it hardly does. */
function identity(pid) {
  const stat = readText(`/proc/${pid}/stat`);
  return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`.trim();
}

function ageMs(path) {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
