import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { DataKey } from './data-key.js';
import { KeyCache } from './key-cache.js';

let now: number;
let loads: string[];
let cache: KeyCache;
beforeEach(() => {
  [now, loads] = [0, []];
  cache = new KeyCache(() => now);
});
const load = (name: string) => (): Promise<DataKey> => {
  loads.push(name);
  return Promise.resolve(DataKey.take(name, randomBytes(32)));
};
const get = (name: string): Promise<DataKey> => cache.get(name, load(name));

describe('the cache of opened keys', () => {
  it('loads once for any number of askers at the same time', async () => {
    const keys = await Promise.all(Array.from({ length: 50 }, () => get('a')));
    expect(loads).toEqual(['a']);
    expect(new Set(keys).size).toBe(1);
  });

  it('keeps a key for five minutes, however often it is used', async () => {
    await get('a');
    now = 299_999;
    await get('a');
    expect(loads).toEqual(['a']);
    now = 300_000;
    await get('a');
    expect(loads).toEqual(['a', 'a']);
  });

  it('keeps 500; the least recently used one leaves', async () => {
    for (let n = 0; n < 500; n += 1) await get(`k${n}`);
    await get('k0');
    await get('new');
    await get('k0');
    expect(loads).toHaveLength(501);
    await get('k1');
    expect(loads).toHaveLength(502);
  });

  it('does not remember a failure', async () => {
    await expect(cache.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect((await get('a')).id).toBe('a');
  });

  it('leaves a key usable in the hands of who has it when it leaves the cache', async () => {
    const key = await get('a');
    const before = key.mac('x');
    cache.clear();
    now = 10_000_000;
    await get('a');
    expect(key.mac('x').equals(before)).toBe(true);
  });
});
