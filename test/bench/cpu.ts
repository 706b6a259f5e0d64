import { readdirSync, readFileSync } from 'node:fs';

const TICK_MS = 10; // USER_HZ is 100 on every Linux that Node runs on

interface Stat {
  readonly parent: number;
  readonly ms: number;
}

/** CPU milliseconds that a process and its descendants, ended ones too, have used so far; 0 where there is no /proc. */
export function cpuMs(pid: number): number {
  const stats = new Map<number, Stat>();
  for (const id of processes()) {
    const stat = read(id);
    if (stat) stats.set(id, stat);
  }
  const own = (id: number): number => {
    const children = [...stats].filter(([, stat]) => stat.parent === id).map(([child]) => child);
    return (stats.get(id)?.ms ?? 0) + children.reduce((sum, child) => sum + own(child), 0);
  };
  return own(pid);
}

/** The parent of a process: of a Postgres backend, the postmaster. */
export function parentOf(pid: number): number {
  return read(pid)?.parent ?? 0;
}

function processes(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function read(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    // After the name: state and ppid; utime, stime, cutime and cstime are fields 14 to 17 of proc(5).
    const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
    return { parent: Number(fields[1]), ms: ticks * TICK_MS };
  } catch {
    return undefined; // it has ended meanwhile
  }
}
