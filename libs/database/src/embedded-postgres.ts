import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Secret } from '@registrar/secret';
import { serverBinaries } from './embedded-binaries.js';
import { ensureCluster } from './embedded-cluster.js';
import { openHome } from './embedded-home.js';
import { takeLock } from './embedded-lock.js';
import { APP_ROLE, DATABASE, ensureRoles, OWNER_ROLE } from './embedded-roles.js';
import { launchServer } from './embedded-server.js';
import { embeddedProblem } from './embedded.problems.js';

export interface EmbeddedPostgresOptions {
  /** REGISTRAR_HOME; the database lies in its folder `postgres`. Made where it is missing. */
  readonly home: string;
  /** Server settings on top of the defaults; only tests that kill no server may pass `fsync: 'off'`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Hears what a person should know, e.g. that the data lies elsewhere. */
  readonly say?: (line: string) => void;
}

/** A real Postgres 18 of our own, for development, demo and tests. */
export interface EmbeddedPostgres {
  /** Role registrar_app: what api and worker use. */
  readonly databaseUrl: Secret;
  /** Role registrar_owner: migrations. */
  readonly databaseOwnerUrl: Secret;
  /** The superuser on database postgres: tests make their own databases with it. */
  readonly adminUrl: Secret;
  readonly pid: number;
  readonly port: number;
  /** Settles when the server has ended, also when nobody asked it to. */
  readonly exited: Promise<void>;
  /** Stops it in order and gives the folder back. Asked again it does nothing. */
  stop(): Promise<void>;
}

/**
 * Starts the database of a home: makes it on the first start, stops what a killed run left behind, and refuses a home in use.
 * As root the server runs as an unprivileged account. Data is durable.
 * @throws Problem `embedded.*`
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const say = options.say ?? (() => undefined);
  const own = join(resolve(options.home), 'postgres');
  await makeFolder(own);
  const lock = await takeLock(join(own, 'lock'));
  try {
    const { folder, account, passwords } = await openHome(own, say);
    const binaries = await serverBinaries(account);
    const data = await ensureCluster({ binaries, folder, account, superuserPassword: passwords.superuser, say });
    const server = await launchServer({ binaries, folder, data, account, settings: options.settings ?? {} });
    const url = (role: string, password: Secret, database: string): Secret =>
      Secret.of(`postgresql://${role}:${password.expose()}@127.0.0.1:${server.port}/${database}`);
    const adminUrl = url('postgres', passwords.superuser, 'postgres');
    try {
      await ensureRoles(adminUrl, passwords, DATABASE);
    } catch (error) {
      await server.stop();
      throw error;
    }
    let stopping: Promise<void> | undefined;
    return {
      databaseUrl: url(APP_ROLE, passwords.app, DATABASE),
      databaseOwnerUrl: url(OWNER_ROLE, passwords.owner, DATABASE),
      adminUrl,
      pid: server.pid,
      port: server.port,
      exited: server.exited,
      stop: () => (stopping ??= server.stop().then(() => lock.release())),
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    // Only the home and what lies in it are private; the folders above it are not ours.
    await mkdir(dirname(dirname(folder)), { recursive: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw embeddedProblem('embedded.not_ours', { detail: `${folder} cannot be made or changed.`, cause: error });
  }
}
