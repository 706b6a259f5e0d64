import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(4_096);
let used = pool.length;
let lastMs = 0;
let counter = 0;

/**
 * A new uuid of version 7 (RFC 9562): the time in milliseconds, then a counter of this process within one millisecond,
 * then random bits; so the ids of one process sort in the order in which they were made.
 */
export function newId(): string {
  if (used + 10 > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.subarray(used, (used += 10));
  // The wall clock on purpose: an id's time orders it, nothing is decided by it.
  const ms = Math.max(lastMs, Math.floor(performance.timeOrigin + performance.now()));
  counter = ms === lastMs ? counter + 1 : random.readUInt16BE(0) & 0x7ff;
  lastMs = counter > 0xfff ? ms + 1 : ms;
  counter &= 0xfff;
  const id = Buffer.alloc(16);
  id.writeUIntBE(lastMs, 0, 6);
  id.writeUInt16BE(0x7000 | counter, 6);
  random.copy(id, 8, 2);
  id[8] = ((id[8] ?? 0) & 0x3f) | 0x80;
  const hex = id.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
