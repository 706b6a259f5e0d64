import { open } from 'node:fs/promises';
import { vaultProblem } from './vault.problems.js';

const MOST = 256;
const [LF, CR] = [0x0a, 0x0d];

export interface Pin {
  /** Whoever asked for them overwrites them. */
  readonly bytes: Buffer;
  /** The file and what it was when it was read: whether it was changed since, without keeping what it holds. */
  readonly reading: string;
}

/** Reads a PIN, without the end of its line. @throws Problem vault.kek_denied | vault.kek_unsafe */
export async function readPin(path: string): Promise<Pin> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) throw vaultProblem('vault.kek_denied', { detail: `The file of the PIN cannot be read at ${path} (pin-source).` });
  const room = Buffer.alloc(MOST + 2);
  try {
    const { mode, ino, size, mtimeNs } = await file.stat({ bigint: true });
    if ((mode & 0o007n) !== 0n) throw unsafe(`Everybody may read ${path}: give it mode 0600, or 0640`);
    const { bytesRead } = await file.read(room, 0, room.length, 0);
    let end = bytesRead;
    if (room[end - 1] === LF) end -= 1;
    if (room[end - 1] === CR) end -= 1;
    if (end < 1 || end > MOST) throw unsafe(`${path} holds ${end} bytes, which is no PIN`);
    return { bytes: Buffer.alloc(end, room.subarray(0, end)), reading: `${path} ${ino} ${size} ${mtimeNs}` };
  } finally {
    room.fill(0);
    await file.close();
  }
}

function unsafe(detail: string) {
  return vaultProblem('vault.kek_unsafe', { detail: `${detail}.` });
}
