import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { paceOf } from './pace.js';

const never = new AbortController().signal;

describe('the pace of a run (H-12)', () => {
  it('lets the first request go at once, and asks nothing where the server has no pace', async () => {
    expect(await paceOf(100_000, never)()).toBe(true);
    const free = paceOf(undefined, never);
    expect([await free(), await free()]).toEqual([true, true]);
  });

  it('holds the second until its time has come', async () => {
    const pace = paceOf(50, never);
    await pace();
    let gone = false;
    const second = pace().finally(() => (gone = true));
    await turn();
    expect(gone).toBe(false);
    expect(await second).toBe(true);
  });

  it('gives the work back where the process ends: nothing more is sent', async () => {
    const ending = new AbortController();
    const pace = paceOf(100_000, ending.signal);
    await pace();
    const second = pace();
    ending.abort();
    expect(await second).toBe(false);
  });
});
