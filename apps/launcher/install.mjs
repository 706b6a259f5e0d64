import { spawnSync } from 'node:child_process';
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * True when node_modules is not what the lockfile says. What npm leaves out on this machine (optional packages of
 * other platforms) counts as installed.
 * @param {string} root the checkout
 */
export function installIsStale(root) {
  const wanted = packages(join(root, 'package-lock.json'));
  // npm writes this list last, so an install that was killed leaves none.
  const there = packages(join(root, 'node_modules', '.package-lock.json'));
  if (!wanted) throw new Error('package-lock.json is missing or not readable: check it out again.');
  if (!there) return true;
  return Object.entries(wanted).some(([path, { version, optional }]) => {
    if (path === '') return false;
    return there[path] ? there[path].version !== version : !optional;
  });
}

/**
 * Installs exactly what the lockfile says.
 * @param {string} root the checkout
 */
export function install(root) {
  if (isLink(join(root, 'node_modules'))) {
    throw new Error('node_modules is a link to another folder, and not what package-lock.json says: run npm ci where it belongs.');
  }
  // The development packages are needed to build, whatever NODE_ENV or omit says.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const result = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
    : spawnSync('npm', args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' });
  if (result.error) throw new Error(`npm could not be started: ${result.error.message}`);
  if (result.status !== 0) throw new Error(`npm ci ended with status ${result.status ?? result.signal}. Nothing was started.`);
}

function packages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

function isLink(path) {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}
