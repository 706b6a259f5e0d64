import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const STAMP = join('dist', '.sources');
const PROGRAMS = '.rolldown.config.mjs';

/**
 * True when dist was not built from these sources. The sources' contents decide, not their times: a checkout changes those.
 * @param {string} root the checkout
 */
export function buildIsStale(root) {
  return read(join(root, STAMP)) !== fingerprint(root) || !existsSync(join(root, 'dist/programs/api.js'));
}

/**
 * Builds every app and library into dist, and of them the programs in dist/programs.
 * @param {string} root the checkout
 */
export function build(root) {
  const built = fingerprint(root);
  // Without its stamp dist may hold half a build, which an incremental one would take for whole.
  if (read(join(root, STAMP)) === '') rmSync(join(root, 'dist', '.tsbuildinfo'), { force: true });
  rmSync(join(root, STAMP), { force: true });
  run(root, '@nestjs/cli/bin/nest.js', 'build');
  run(root, 'rolldown/bin/cli.mjs', '--config', PROGRAMS);
  writeFileSync(join(root, STAMP), built);
}

function run(root, tool, ...args) {
  const file = join(root, 'node_modules', tool);
  const result = spawnSync(process.execPath, [file, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  if (result.error) throw new Error(`The build could not be started: ${result.error.message}`);
  if (result.status === 0) return;
  process.stderr.write(result.stdout);
  throw new Error('The build failed: mend what is named above.');
}

function fingerprint(root) {
  const hash = createHash('sha256').update(process.version);
  for (const file of [...sources(root), 'tsconfig.base.json', 'nest-cli.json', 'package-lock.json', PROGRAMS]) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

function sources(root) {
  const found = [];
  const walk = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else if (entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts')) found.push(path);
    }
  };
  for (const top of ['apps', 'libs']) {
    for (const each of readdirSync(join(root, top))) if (existsSync(join(root, top, each, 'src'))) walk(`${top}/${each}/src`);
  }
  return found.sort();
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
