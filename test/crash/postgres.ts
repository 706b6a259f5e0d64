import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@registrar/database';
import { adminQuery } from '../support/connection.js';
import { startTestServer, type TestServer } from '../support/index.js';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.js';

/** A Postgres that can be ended hard and comes back at the same address. */
export interface FragilePostgres {
  readonly server: TestServer;
  readonly proxy: TcpProxy;
  /** Immediate mode: backends are cut off in the middle, and the server recovers from its log when it starts. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

/** No fsync: it is the server that is ended, not the machine. */
const SETTINGS = { fsync: 'off', full_page_writes: 'off', max_connections: '300', autovacuum_naptime: '10s' };

export async function startFragilePostgres(): Promise<FragilePostgres> {
  const parent = mkdtempSync(join(tmpdir(), 'registrar-crash-'));
  chmodSync(parent, 0o755);
  const start = (): Promise<EmbeddedPostgres> => startEmbeddedPostgres({ home: join(parent, 'home'), settings: SETTINGS });
  let postgres = await start();
  const proxy = await startTcpProxy(postgres.port);
  const through = new URL(postgres.adminUrl.expose());
  through.port = String(proxy.port);
  process.env['TEST_DATABASE_OWNER_URL'] = through.href;
  const { server } = await startTestServer();
  return {
    server,
    proxy,
    crash: async () => {
      process.kill(postgres.pid, 'SIGQUIT');
      await postgres.exited;
      // Gives the folder back; the process is gone.
      await postgres.stop();
      postgres = await start();
      // A start gives the roles the passwords of its home; the programs have those of the run.
      for (const [role, password] of Object.entries({ registrar_app: server.passwords.app, registrar_owner: server.passwords.owner }))
        await adminQuery(postgres.adminUrl.expose(), `ALTER ROLE ${role} PASSWORD '${password}'`);
      proxy.retarget(postgres.port);
    },
    stop: async () => {
      await proxy.close();
      await postgres.stop();
      rmSync(parent, { recursive: true, force: true });
    },
  };
}
