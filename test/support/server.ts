import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureRoles, migrate, startEmbeddedPostgres } from '@registrar/database';
import { migrateQueue } from '@registrar/jobs';
import { Secret } from '@registrar/secret';
import { adminQuery, withDatabase, withLogin } from './connection.js';

/** The one Postgres of a test run, and the migrated database in it that every other one is copied from. Plain data: it crosses processes. */
export interface TestServer {
  /** A superuser, on database `postgres`. */
  readonly adminUrl: string;
  /** Name of the migrated database. */
  readonly template: string;
  readonly passwords: { readonly owner: string; readonly app: string };
}

/** Speed for tests that stop processes, not the machine: what a killed process wrote is in the kernel's hands already. */
const SETTINGS = { fsync: 'off', full_page_writes: 'off', max_connections: '400', autovacuum_naptime: '10s' };

/**
 * Starts an embedded Postgres, or takes the one of TEST_DATABASE_OWNER_URL (a role that may make roles and databases), and migrates
 * the template in it. Each run has names of its own, so runs on one given server do not meet.
 */
export async function startTestServer(): Promise<{ server: TestServer; stop: () => Promise<void> }> {
  const given = process.env.TEST_DATABASE_OWNER_URL;
  if (given !== undefined && given !== '') {
    const { server, drop } = await makeTemplate(given);
    return { server, stop: drop };
  }
  const parent = mkdtempSync(join(tmpdir(), 'registrar-test-'));
  chmodSync(parent, 0o755);
  const postgres = await startEmbeddedPostgres({ home: join(parent, 'home'), settings: SETTINGS });
  const { server } = await makeTemplate(postgres.adminUrl.expose());
  return {
    server,
    stop: async () => {
      await postgres.stop();
      rmSync(parent, { recursive: true, force: true });
    },
  };
}

async function makeTemplate(adminUrl: string): Promise<{ server: TestServer; drop: () => Promise<void> }> {
  // The roles belong to the whole server: on a given one, runs at the same time must agree on their passwords.
  const passwords = { owner: 'registrar-test-owner', app: 'registrar-test-app' };
  const template = `registrar_test_${process.pid}_${Math.round(performance.timeOrigin)}`;
  await ensureRoles(Secret.of(adminUrl), { owner: Secret.of(passwords.owner), app: Secret.of(passwords.app) }, template);
  await migrate(withDatabase(withLogin(adminUrl, 'registrar_owner', passwords.owner), template), 'registrar_app');
  await migrateQueue(Secret.of(withDatabase(withLogin(adminUrl, 'registrar_owner', passwords.owner), template)), 'registrar_app');
  return {
    server: { adminUrl, template, passwords },
    drop: async () => {
      const names = await adminQuery<{ datname: string }>(adminUrl, 'SELECT datname FROM pg_database WHERE starts_with(datname, $1)', [
        template,
      ]);
      for (const { datname } of names) await adminQuery(adminUrl, `DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`);
    },
  };
}
