import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, buildIsStale } from './compile.mjs';
import { install, installIsStale } from './install.mjs';
import { withLock } from './lock.mjs';

/** The checkout. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Makes a checkout ready to run: the right Node, packages as the lockfile says, a build of these sources.
 * Two commands at once do not do it twice.
 * @param {{ build?: 'when stale' | 'always' }} [options]
 * @throws {Error} in plain words, where it cannot
 */
export async function makeReady(options = {}) {
  refuseOldNode();
  const always = options.build === 'always';
  if (!always && !installIsStale(root) && !buildIsStale(root)) return;
  const waiting = (pid) => say(`Waiting for process ${pid}, which installs or builds here.`);
  await withLock(join(root, '.registrar', 'preparing'), waiting, async () => {
    if (installIsStale(root)) {
      say('Installing the packages of package-lock.json; this takes a minute.');
      install(root);
    }
    if (always || buildIsStale(root)) {
      if (!always) say('Building.');
      build(root);
    }
  });
}

/**
 * The same for a command: ends the process where it cannot.
 * @param {{ build?: 'when stale' | 'always' }} [options]
 */
export async function prepare(options = {}) {
  try {
    await makeReady(options);
  } catch (error) {
    say(error.message);
    process.exit(1);
  }
}

function refuseOldNode() {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [major, minor] = engines.node.replace('>=', '').split('.').map(Number);
  const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
  throw new Error(`Registrar needs Node ${major}.${minor} or newer; this is Node ${process.versions.node}.`);
}

function say(line) {
  process.stderr.write(`registrar: ${line}\n`);
}
