import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { takeLock } from './embedded-lock.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'registrar lock '));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

it('of ten that ask at once exactly one gets the folder; after a release the next one does', async () => {
  const path = join(folder, 'lock');
  const asked = await Promise.allSettled(Array.from({ length: 10 }, () => takeLock(path)));
  const taken = asked.filter((one) => one.status === 'fulfilled');
  expect(taken).toHaveLength(1);
  for (const one of asked) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'embedded.home_in_use' });
  await taken[0]?.value.release();
  expect(readdirSync(folder)).toEqual([]);
  await (await takeLock(path)).release();
});

it('the refusal names the process that holds the folder', async () => {
  const lock = await takeLock(join(folder, 'lock'));
  await expect(takeLock(join(folder, 'lock'))).rejects.toThrow(`Process ${process.pid} is already running`);
  await lock.release();
});

it('a lock is taken over from a dead process, from a stranger with the same number, and from one that holds nonsense', async () => {
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  for (const left of [`${dead} 1 x`, `${process.pid} 1 an-earlier-boot`, 'nonsense', '']) {
    writeFileSync(join(folder, 'lock'), left);
    const lock = await takeLock(join(folder, 'lock'));
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
  }
});

it('of ten that find a dead holder exactly one takes over', async () => {
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  for (let round = 0; round < 50; round++) {
    const path = join(folder, `lock ${round}`);
    writeFileSync(path, `${dead} 1 x`);
    const asked = await Promise.allSettled(Array.from({ length: 10 }, () => takeLock(path)));
    expect(asked.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  }
});

it('a removal that was killed in the middle is forgotten', async () => {
  const path = join(folder, 'lock');
  writeFileSync(path, 'nonsense');
  mkdirSync(`${path}.removing`);
  await (await takeLock(path)).release();
  expect(readdirSync(folder)).toEqual([]);
});
