import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { build, buildIsStale } from '../compile.mjs';
import { install, installIsStale } from '../install.mjs';
import { withLock } from '../lock.mjs';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'registrar checkout '));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

function write(path: string, content: unknown): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
}

const wanted = {
  packages: { '': {}, 'node_modules/a': { version: '1.0.0' }, 'node_modules/other-platform': { version: '1.0.0', optional: true } },
};

it('an install is stale where it is missing, was killed, or has another version or fewer packages than the lockfile', () => {
  write('package-lock.json', wanted);
  expect(installIsStale(root)).toBe(true);
  mkdirSync(join(root, 'node_modules'));
  expect(installIsStale(root)).toBe(true);
  write('node_modules/.package-lock.json', { packages: { 'node_modules/a': { version: '1.0.0' } } });
  expect(installIsStale(root)).toBe(false);
  write('node_modules/.package-lock.json', { packages: { 'node_modules/a': { version: '0.9.0' } } });
  expect(installIsStale(root)).toBe(true);
  write('node_modules/.package-lock.json', { packages: { 'node_modules/other-platform': { version: '1.0.0' } } });
  expect(installIsStale(root)).toBe(true);
});

it('says so where the lockfile itself is gone', () => {
  expect(() => installIsStale(root)).toThrow('package-lock.json is missing');
});

it('does not install into a node_modules that belongs to another folder', () => {
  write('elsewhere/kept', 'kept');
  symlinkSync(join(root, 'elsewhere'), join(root, 'node_modules'));
  expect(() => {
    install(root);
  }).toThrow('node_modules is a link to another folder');
  expect(existsSync(join(root, 'elsewhere', 'kept'))).toBe(true);
});

it('a build is stale after any change of a source, not of a test, and after one that was killed', () => {
  for (const file of ['tsconfig.base.json', 'nest-cli.json', 'package-lock.json', '.rolldown.config.mjs']) write(file, {});
  write('libs/a/src/index.ts', 'export {};');
  write('apps/api/src/main.ts', 'export {};');
  // They stand for the compiler and the bundler: what counts here is when they are asked.
  write('node_modules/@nestjs/cli/bin/nest.js', `import('node:fs').then((fs) => (process.exitCode = fs.existsSync('fail') ? 1 : 0));`);
  write(
    'node_modules/rolldown/bin/cli.mjs',
    `import fs from 'node:fs';
    fs.mkdirSync('dist/programs', { recursive: true });
    fs.writeFileSync('dist/programs/api.js', '');`,
  );
  expect(buildIsStale(root)).toBe(true);
  build(root);
  expect(buildIsStale(root)).toBe(false);
  write('libs/a/src/a.unit.spec.ts', 'export {};');
  write('README.md', 'words');
  expect(buildIsStale(root)).toBe(false);
  write('libs/a/src/index.ts', 'export const a = 1;');
  expect(buildIsStale(root)).toBe(true);
  write('fail', 'x');
  expect(() => {
    build(root);
  }).toThrow('The build failed');
  expect(buildIsStale(root)).toBe(true);
  rmSync(join(root, 'fail'));
  build(root);
  expect(buildIsStale(root)).toBe(false);
  write('libs/b/src/index.ts', 'export {};');
  expect(buildIsStale(root)).toBe(true);
});

it('two commands take turns, and one that was killed does not hold up the next', async () => {
  const path = join(root, '.registrar', 'preparing');
  mkdirSync(dirname(path));
  writeFileSync(path, `${spawnSync(process.execPath, ['-e', '']).pid} 1`);
  let inside = 0;
  let most = 0;
  const told: number[] = [];
  const turn = (): Promise<void> =>
    withLock(
      path,
      (pid) => told.push(pid),
      async () => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setTimeout(resolve, 500));
        inside--;
      },
    );
  await Promise.all([turn(), turn()]);
  expect(most).toBe(1);
  expect(told).toEqual([process.pid]);
  expect(existsSync(path)).toBe(false);
});
