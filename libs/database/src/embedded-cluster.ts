import { chmod, chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Secret } from '@registrar/secret';
import type { Account } from './embedded-account.js';
import { spawnServerBinary } from './embedded-process.js';
import { embeddedProblem } from './embedded.problems.js';

/** The major version of the binaries; a data folder of another one cannot be opened. */
const MAJOR = '18';

export interface ClusterPlan {
  readonly binaries: string;
  /** Holds `data`; ours, and enterable for the account. */
  readonly folder: string;
  readonly account: Account | undefined;
  readonly superuserPassword: Secret;
  readonly say: (line: string) => void;
}

/**
 * Makes the data folder where there is none. It is built beside its place and renamed when it is whole,
 * so a run that was killed in the middle leaves nothing that the next one could mistake for a database.
 */
export async function ensureCluster(plan: ClusterPlan): Promise<string> {
  const data = join(plan.folder, 'data');
  const half = join(plan.folder, 'data.half');
  await rm(half, { recursive: true, force: true, maxRetries: 5 });
  if (await isWhole(data)) return data;
  if (await stat(data).catch(() => undefined)) {
    const aside = await freeName(`${data}.unusable`);
    await rename(data, aside);
    plan.say(`The database folder was not whole; it was moved to ${aside}, and a new one is made.`);
  }
  await runInitdb(plan, half);
  await rename(half, data);
  return data;
}

async function isWhole(data: string): Promise<boolean> {
  const version = await readFile(join(data, 'PG_VERSION'), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') throw embeddedProblem('embedded.not_ours', { cause: error });
    return '';
  });
  const control = await stat(join(data, 'global', 'pg_control')).catch(() => undefined);
  if (version === '' || !control) return false;
  if (version.trim() === MAJOR) return true;
  throw embeddedProblem('embedded.damaged_home', {
    detail: `${data} was made by Postgres ${version.trim()}; this is Postgres ${MAJOR}.`,
  });
}

async function runInitdb(plan: ClusterPlan, half: string): Promise<void> {
  const passwordFile = join(plan.folder, 'superuser.once');
  await mkdir(half, { mode: 0o700 });
  await writeFile(passwordFile, plan.superuserPassword.expose(), { mode: 0o600 });
  try {
    if (plan.account) {
      const { uid, gid } = plan.account;
      await Promise.all([chown(half, uid, gid), chown(passwordFile, uid, gid)]);
    }
    await chmod(half, 0o700);
    const args = ['-D', half, '--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8'];
    const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions'];
    const child = spawnServerBinary(join(plan.binaries, 'bin', 'initdb'), [...args, ...locale], plan.account, {
      cwd: plan.folder,
      output: 'pipe',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes: Buffer) => (output += bytes.toString()));
    const code = await new Promise<number | string>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status, signal) => {
        resolve(status ?? signal ?? 'unknown');
      });
    });
    if (code !== 0) throw embeddedProblem('embedded.cannot_start', { detail: `initdb ended with ${code}: ${output.trim().slice(-600)}` });
  } catch (error) {
    throw error instanceof Error && 'syscall' in error
      ? embeddedProblem('embedded.cannot_start', { detail: `initdb could not run: ${error.message}`, cause: error })
      : error;
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function freeName(wanted: string): Promise<string> {
  for (let number = 1; ; number++) {
    const name = `${wanted}-${number}`;
    if (!(await stat(name).catch(() => undefined))) return name;
    await pause(0);
  }
}
