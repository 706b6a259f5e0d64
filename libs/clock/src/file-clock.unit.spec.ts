import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { FileClock } from './index.js';

const YEAR = 365 * 86_400_000;

it('a clock in a file is moved while it runs, and stays where it was while the file cannot be read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'registrar-clock-'));
  const path = join(folder, 'clock');
  const clock = new FileClock(path);
  const ahead = (): number => Math.round((clock.now().getTime() - Date.now()) / YEAR);
  const movedTo = async (years: number): Promise<number> => {
    for (let tries = 0; tries < 200 && ahead() !== years; tries += 1) await wait(10);
    return ahead();
  };
  expect(ahead()).toBe(0);
  writeFileSync(path, String(YEAR));
  expect(await movedTo(1)).toBe(1);
  writeFileSync(path, 'soon');
  await wait(30);
  expect(ahead()).toBe(1);
  writeFileSync(path, String(2 * YEAR));
  expect(await movedTo(2)).toBe(2);
  rmSync(folder, { recursive: true });
  await wait(30);
  expect(ahead()).toBe(2);
});
