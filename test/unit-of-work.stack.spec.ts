import { randomUUID } from 'node:crypto';
import { openDatabase, type Database, type Transaction, type UnitOfWork } from '@registrar/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withLogin } from './support/connection.js';
import { testDatabase, type TestDatabase } from './support/index.js';

const TENANTS = 50;
const UNITS = 200;
const workspaces = [randomUUID(), randomUUID()] as const;

let test: TestDatabase;
let database: Database;
beforeAll(async () => {
  test = await testDatabase();
  database = await openDatabase({ url: test.databaseUrl, poolSize: 1, applicationName: 'unit-of-work' });
  for (const id of workspaces) {
    await test.query('INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, now())', [id, 'A workspace']);
    await test.query(
      `INSERT INTO tenants (workspace_id, id, name, created_at, updated_at)
       SELECT $1, gen_random_uuid(), 'Hospital ' || n, now(), now() FROM generate_series(1, ${TENANTS}) n`,
      [id],
    );
  }
});
afterAll(async () => {
  await database.close();
  await test.drop();
});

function scope(workspaceId: string): UnitOfWork {
  return { workspaceId, actor: { type: 'system', id: 'test' }, requestId: 'test' };
}
const SETTINGS = `SELECT current_setting('registrar.workspace_id', true) AS workspace, current_setting('registrar.tenant_id', true) AS tenant`;

const WAVE = 20;

describe('one connection for two workspaces (T4)', () => {
  it(`shows no foreign row in ${UNITS} interleaved units of work, ${UNITS * TENANTS} rows looked at`, async () => {
    const unit = async (index: number) => {
      const id = workspaces[index % 2] ?? '';
      const failing = index % 5 === 0;
      const work = database.transaction(scope(id), async (tx) => {
        const rows = await tx.query<{ workspace_id: string }>('SELECT workspace_id FROM tenants');
        if (failing) await tx.query('SELECT 1 / 0');
        return rows.map((row) => ({ ...row, wanted: id }));
      });
      // One in five ends by a rollback; its connection goes on to the next.
      return failing
        ? work.then(
            () => Promise.reject(new Error('It did not fail')),
            () => database.transaction(scope(id), read(id)),
          )
        : work;
    };
    // Waves: who waits for the one connection for five seconds is told that the database is not available.
    const rows: { workspace_id: string; wanted: string }[] = [];
    for (let first = 0; first < UNITS; first += WAVE)
      rows.push(...(await Promise.all(Array.from({ length: WAVE }, (_, n) => unit(first + n)))).flat());
    expect(rows).toHaveLength(UNITS * TENANTS);
    expect(rows.filter(({ workspace_id, wanted }) => workspace_id !== wanted)).toEqual([]);
  });

  function read(wanted: string) {
    return async (tx: { query: <Row>(sql: string) => Promise<Row[]> }) =>
      (await tx.query<{ workspace_id: string }>('SELECT workspace_id FROM tenants')).map((row) => ({ ...row, wanted }));
  }

  it('forgets the scope with the commit and with the rollback', async () => {
    await database.transaction({ ...scope(workspaces[0]), tenantIds: [randomUUID()] }, async (tx) => {
      const [inside] = await tx.query<{ workspace: string }>(SETTINGS);
      expect(inside?.workspace).toBe(workspaces[0]);
    });
    expect(await database.routing(SETTINGS)).toEqual([{ workspace: '', tenant: '' }]);
    await expect(database.transaction(scope(workspaces[1]), (tx) => tx.query('SELECT 1 / 0'))).rejects.toMatchObject({ code: '22012' });
    expect(await database.routing(SETTINGS)).toEqual([{ workspace: '', tenant: '' }]);
    expect(await database.routing('SELECT id FROM tenants')).toEqual([]);
  });

  it('is never taken twice by one unit of work, and holds uuids only', async () => {
    const nested = database.transaction(scope(workspaces[0]), () => database.transaction(scope(workspaces[1]), () => Promise.resolve()));
    await expect(nested).rejects.toThrow('one transaction');
    await expect(database.transaction(scope(`${workspaces[0]}', true), set_config('x', '`), () => Promise.resolve())).rejects.toThrow(
      'uuids',
    );
    const nobody = { ...scope(workspaces[0]), tenantIds: [] };
    await expect(database.transaction(nobody, () => Promise.resolve())).rejects.toThrow('bound to no tenant');
  });
});

describe('a start is refused, with the statements that mend it, for (T3)', () => {
  const role = `start_${randomUUID().slice(0, 8)}`;
  const make = async (options: string): Promise<string> => {
    await test.query(`CREATE ROLE ${role} LOGIN PASSWORD 'made-for-a-test' ${options}`);
    return withLogin(test.databaseUrl, role, 'made-for-a-test');
  };
  const take = async (): Promise<void> => {
    await test.query(`DROP OWNED BY ${role}`);
    await test.query(`DROP ROLE ${role}`);
  };
  const start = (url: string): Promise<Database> => openDatabase({ url, poolSize: 1, applicationName: 'start' });
  const GRANTS = /CREATE ROLE registrar_app LOGIN NOSUPERUSER NOBYPASSRLS .*GRANT registrar_service TO registrar_app;/;

  it('a superuser', async () => {
    await expect(start(test.databaseAdminUrl)).rejects.toMatchObject({
      code: 'database.role',
      message: expect.stringMatching(GRANTS) as string,
    });
  });

  it('the owner', async () => {
    const refused = { code: 'database.role', message: expect.stringMatching(/owns .*tenants[^]*DATABASE_OWNER_URL/) as string };
    await expect(start(test.databaseOwnerUrl)).rejects.toMatchObject(refused);
    await expect(start(test.databaseOwnerUrl)).rejects.toThrow(GRANTS);
  });

  it('a role that bypasses row-level security', async () => {
    const url = await make('BYPASSRLS');
    await test.query(`GRANT registrar_service TO ${role}`);
    await expect(start(url)).rejects.toThrow(/bypasses row-level security[^]*GRANT registrar_service TO registrar_app;/);
    await take();
  });

  it('a member of the owner', async () => {
    const url = await make('');
    await test.query(`GRANT registrar_owner TO ${role}`);
    await expect(start(url)).rejects.toThrow(GRANTS);
    await take();
  });

  it('a role without rights, and not for the same role with them', async () => {
    const url = await make('');
    await test.query(`GRANT CONNECT ON DATABASE ${new URL(test.databaseUrl).pathname.slice(1)} TO ${role}`);
    await expect(start(url)).rejects.toThrow(`GRANT registrar_service TO "${role}";`);
    await test.query(`GRANT registrar_service TO ${role}`);
    const opened = await start(url);
    expect(await opened.routing('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await opened.close();
    await take();
  });

  it('a schema that is behind', async () => {
    await test.query(`DELETE FROM migrations WHERE id = (SELECT max(id) FROM migrations)`);
    await expect(start(test.databaseUrl)).rejects.toThrow(/behind by 1 migration[^]*npm run migrate/);
  });
});

describe('statements that are sent without waiting for each other', () => {
  const name = async (tx: Transaction, value: string) =>
    tx.prepared('UPDATE workspaces SET name = $2 WHERE id = $1 AND name <> $2', [workspaces[0], value]);
  const named = () =>
    database.transaction(scope(workspaces[0]), (tx) =>
      tx.query<{ name: string }>('SELECT name FROM workspaces WHERE id = $1', [workspaces[0]]),
    );

  it('run in their order', async () => {
    await database.transaction(scope(workspaces[0]), (tx) => tx.all(['one', 'two', 'three'].map((value) => name(tx, value))));
    expect(await named()).toEqual([{ name: 'three' }]);
  });

  it('fail with the reason of the one that failed, and none runs after the rollback', async () => {
    let late: Promise<unknown> | undefined;
    const failing = database.transaction(scope(workspaces[0]), (tx) => {
      // The first goes on by a second statement, which comes after the one that fails.
      late = name(tx, 'first').then(() => name(tx, 'late'));
      return tx.all([late, tx.prepared('SELECT 1 / $1::integer', [0]), name(tx, 'last')]);
    });
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    await expect(late).rejects.toMatchObject({ code: '25P02' });
    expect(await named()).toEqual([{ name: 'three' }]);
    expect(await database.transaction(scope(workspaces[0]), (tx) => tx.query(SETTINGS))).toEqual([
      { workspace: workspaces[0], tenant: '' },
    ]);
  });

  it('all fail when the connection is lost in between', async () => {
    const lost = database.transaction(scope(workspaces[0]), (tx) =>
      tx.all([name(tx, 'first'), tx.prepared('SELECT pg_terminate_backend(pg_backend_pid())'), name(tx, 'second'), name(tx, 'third')]),
    );
    await expect(lost).rejects.toMatchObject({ code: 'database.unavailable' });
    expect(await named()).toEqual([{ name: 'three' }]);
  });
});
