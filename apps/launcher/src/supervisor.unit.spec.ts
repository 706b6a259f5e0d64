import { createServer, type AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformWithOxc } from 'vite';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { addressOf, claimPort } from './address.js';
import { startProgram, type ProgramPlan } from './program.js';
import { supervise } from './supervisor.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'registrar program '));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function plan(source: string): ProgramPlan & { lines: string[] } {
  const file = join(folder, 'program.mjs');
  writeFileSync(file, source);
  const lines: string[] = [];
  return { name: 'one', file, env: { ...process.env, GIVEN: 'yes' }, lines, onLine: (line) => lines.push(line) };
}

const SERVING = `console.log('up ' + process.env.GIVEN);
  const hold = setInterval(() => undefined, 1000);
  process.on('SIGTERM', () => { clearInterval(hold); console.log('down'); });`;

it('a program gets its settings, tells its lines, and ends in order', async () => {
  const one = plan(SERVING);
  const program = startProgram(one);
  await vi.waitFor(() => {
    expect(one.lines).toEqual(['up yes']);
  });
  expect(await program.stop(10_000)).toEqual({ code: 0, signal: null });
  expect(one.lines).toEqual(['up yes', 'down']);
});

it('a program that does not end in order is ended', async () => {
  const one = plan(`process.on('SIGTERM', () => console.log('no')); setInterval(() => undefined, 1000); console.log('up');`);
  const program = startProgram(one);
  await vi.waitFor(() => {
    expect(one.lines).toEqual(['up']);
  });
  expect(await program.stop(200)).toEqual({ code: null, signal: 'SIGKILL' });
});

it('a program ends in order when its launcher is killed', async () => {
  const one = plan(SERVING);
  const parent = plan('');
  // The launcher's own source, without its types: what is tested is what it passes to the child.
  const { code } = await transformWithOxc(readFileSync(join(import.meta.dirname, 'program.ts'), 'utf8'), 'program.ts');
  writeFileSync(join(folder, 'launcher.mjs'), code);
  writeFileSync(
    parent.file.replace('program.mjs', 'parent.mjs'),
    `import { startProgram } from './launcher.mjs';
     const child = startProgram({ name: 'child', file: process.argv[2], env: process.env, onLine: (line) => console.log(child.pid + ' ' + line) });`,
  );
  writeFileSync(one.file, SERVING);
  const launched = startProgram({ ...parent, file: join(folder, 'parent.mjs'), args: [one.file], env: { ...process.env, GIVEN: 'yes' } });
  await vi.waitFor(() => {
    expect(parent.lines[0]).toMatch(/^\d+ up yes$/);
  });
  launched.kill('SIGKILL');
  const pid = Number(parent.lines[0]?.split(' ')[0]);
  await vi.waitFor(() => {
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  }, 5_000);
});

it('a killed program comes back; one that cannot live is given up in words', async () => {
  const said: string[] = [];
  const one = plan(SERVING);
  const kept = supervise(startProgram(one), one, (line) => said.push(line));
  await vi.waitFor(() => {
    expect(one.lines).toHaveLength(1);
  });
  const first = kept.current().pid;
  kept.current().kill('SIGKILL');
  await vi.waitFor(() => {
    expect(one.lines).toHaveLength(2);
  }, 5_000);
  expect(kept.current().pid).not.toBe(first);
  expect(said).toEqual(['one ended by SIGKILL; it is started again.']);
  await kept.stop(5_000);

  const doomed = plan('process.exit(3);');
  const lost = supervise(startProgram(doomed), doomed, () => undefined);
  expect(await lost.gaveUp).toBe('one ended with status 3 again and again.');
}, 30_000);

it('a taken port is said in words before anything starts', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as AddressInfo;
  await expect(claimPort('127.0.0.1', port, 'PORT')).rejects.toThrow(
    `Port ${port} is taken by another program. Stop that one, or choose another port: PORT=${port + 1} npm start`,
  );
  taken.close();
  expect(await claimPort('127.0.0.1', 0, 'PORT')).toBeGreaterThan(0);
  expect(addressOf('127.0.0.1', 3000)).toBe('http://localhost:3000');
  expect(addressOf('10.1.2.3', 3000)).toBe('http://10.1.2.3:3000');
});
