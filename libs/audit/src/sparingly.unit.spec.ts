import { describe, expect, it } from 'vitest';
import { Sparingly } from './sparingly.js';

function sparingly() {
  let now = 0;
  const written: (readonly [string, number])[] = [];
  const one = new Sparingly(() => now);
  return {
    written,
    later: (ms: number) => (now += ms),
    come: (name: string, fails = false) =>
      one.write(name, (leftOut) => {
        if (fails) return Promise.reject(new Error('away'));
        written.push([name, leftOut]);
        return Promise.resolve();
      }),
  };
}

describe('what is written sparingly (T12)', () => {
  it('is written once a minute for each name, and the next one says how many were left out', async () => {
    const { written, later, come } = sparingly();
    await Promise.all(Array.from({ length: 200 }, () => come('a')));
    await come('b');
    expect(written).toEqual([
      ['a', 0],
      ['b', 0],
    ]);
    later(59_999);
    expect(await come('a')).toBe(false);
    later(1);
    expect(await come('a')).toBe(true);
    later(60_000);
    await come('a');
    expect(written.slice(2)).toEqual([
      ['a', 200],
      ['a', 0],
    ]);
  });

  it('is due again where it could not be written, and counts that one too', async () => {
    const { written, later, come } = sparingly();
    await come('a');
    await come('a');
    later(60_000);
    await expect(come('a', true)).rejects.toThrow('away');
    await come('a');
    expect(written).toEqual([
      ['a', 0],
      ['a', 2],
    ]);
  });

  it('is forgotten of the oldest where ten thousand others came', async () => {
    const { written, come } = sparingly();
    for (let n = 0; n <= 10_000; n += 1) await come(String(n));
    await come('10000');
    await come('0');
    expect(written).toHaveLength(10_002);
  });
});
