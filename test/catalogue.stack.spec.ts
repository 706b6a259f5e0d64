import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogueFaults, ROUTING_TABLES } from './support/catalogue.js';
import { testDatabase, type TestDatabase } from './support/index.js';

let database: TestDatabase;
let client: Client;
beforeAll(async () => {
  database = await testDatabase();
  client = new Client({ connectionString: database.databaseAdminUrl });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

/** What the catalogue says with these statements run, which are taken back afterwards. */
async function planted(statements: readonly string[]): Promise<string[]> {
  await client.query('BEGIN');
  try {
    for (const statement of statements) await client.query(statement);
    return await catalogueFaults(client);
  } finally {
    await client.query('ROLLBACK');
  }
}

const SCOPE = `workspace_id = nullif(current_setting('registrar.workspace_id', true), '')::uuid`;
const TABLE = `CREATE TABLE planted (workspace_id uuid NOT NULL REFERENCES workspaces (id), id uuid NOT NULL, tenant_id uuid, PRIMARY KEY (workspace_id, id))`;
const FORCED = ['ALTER TABLE planted ENABLE ROW LEVEL SECURITY', 'ALTER TABLE planted FORCE ROW LEVEL SECURITY'];
const POLICY = `CREATE POLICY scope ON planted USING (${SCOPE}) WITH CHECK (${SCOPE})`;
const GOOD = [TABLE, ...FORCED, POLICY, 'GRANT SELECT, INSERT ON planted TO registrar_service'];

describe('the catalogue of a migrated database (T1, T2, T3, T5)', () => {
  it('holds no table, view, function or role that would let a workspace see another one', async () => {
    expect(await catalogueFaults(client)).toEqual([]);
  });

  it('knows a closed list of routing tables', () => {
    const listed = [
      'api_key_index',
      'checkpoint_turns',
      'expiry_alarms',
      'keyring.kek_uses',
      'keyring.platform_keys',
      'keyring.retiring_keys',
      'keyring.sealing_keys',
      'migrations',
      'published_documents',
      'session_index',
      'upstream_gates',
      'work_items',
    ];
    expect(Object.keys(ROUTING_TABLES).sort()).toEqual(listed);
  });

  it('accepts a new table that is protected like the others', async () => {
    expect(await planted(GOOD)).toEqual([]);
  });

  it.each<[string, readonly string[], string]>([
    ['a table without row-level security', [TABLE, POLICY], 'planted: row-level security is not both enabled and forced'],
    [
      'a table whose owner is let past',
      [TABLE, 'ALTER TABLE planted ENABLE ROW LEVEL SECURITY', POLICY],
      'planted: row-level security is not both enabled and forced',
    ],
    ['a table without a policy', [TABLE, ...FORCED], 'planted: it has no policy'],
    [
      'a policy that reads only',
      [TABLE, ...FORCED, `CREATE POLICY scope ON planted USING (${SCOPE})`],
      'planted: a policy lacks USING or WITH CHECK',
    ],
    [
      'a policy for one command',
      [TABLE, ...FORCED, `CREATE POLICY scope ON planted FOR UPDATE USING (${SCOPE}) WITH CHECK (${SCOPE})`],
      'planted: a policy is not for every command',
    ],
    [
      'a second policy that lets everybody in',
      [...GOOD, 'CREATE POLICY open ON planted USING (true) WITH CHECK (true)'],
      'planted: a policy does not compare workspace_id with the workspace setting',
    ],
    [
      'a policy with a way round it',
      [TABLE, ...FORCED, `CREATE POLICY scope ON planted USING (${SCOPE} OR tenant_id IS NULL) WITH CHECK (${SCOPE})`],
      'planted: a policy does not compare workspace_id with the workspace setting',
    ],
    [
      'a table that belongs to no workspace',
      ['CREATE TABLE planted (id uuid PRIMARY KEY)', ...FORCED, 'CREATE POLICY scope ON planted USING (true) WITH CHECK (true)'],
      'planted: it has no workspace_id uuid NOT NULL',
    ],
    [
      'a workspace that may be left out',
      [...GOOD, 'ALTER TABLE planted DROP CONSTRAINT planted_pkey', 'ALTER TABLE planted ALTER workspace_id DROP NOT NULL'],
      'planted: it has no workspace_id uuid NOT NULL',
    ],
    [
      'a key that is unique over workspaces',
      [...GOOD, 'CREATE UNIQUE INDEX planted_tenant ON planted (tenant_id)'],
      'planted: planted_tenant is unique over workspaces',
    ],
    [
      'a foreign key that leaves the workspace out',
      [
        ...GOOD,
        'CREATE UNIQUE INDEX tenants_alone ON tenants (id)',
        'ALTER TABLE planted ADD CONSTRAINT loose FOREIGN KEY (tenant_id) REFERENCES tenants (id)',
      ],
      'planted: loose can point into another workspace',
    ],
    [
      'a foreign key that takes another column for the workspace',
      [...GOOD, 'ALTER TABLE planted ADD CONSTRAINT crossed FOREIGN KEY (tenant_id, id) REFERENCES tenants (workspace_id, id)'],
      'planted: crossed can point into another workspace',
    ],
    [
      'a table in a schema of its own',
      ['CREATE SCHEMA aside', 'CREATE TABLE aside.planted (id uuid)'],
      'aside.planted: it lies in a schema that nobody watches',
    ],
    [
      'a table that everybody may read',
      [...GOOD, 'GRANT SELECT ON planted TO PUBLIC'],
      'planted: every role may use it (granted to PUBLIC)',
    ],
    [
      'a right to empty a table',
      [...GOOD, 'GRANT TRUNCATE ON planted TO registrar_app'],
      'planted: the app may do more than read and write rows',
    ],
    [
      'a right to change the audit log',
      ['GRANT UPDATE ON audit_events TO registrar_service'],
      'audit_events: what is written there could be changed',
    ],
    [
      'a materialized view',
      ['CREATE MATERIALIZED VIEW planted AS SELECT workspace_id FROM tenants'],
      'planted: row-level security cannot hold a foreign table or a materialized view',
    ],
    [
      'a view with its owner’s rights',
      ['CREATE VIEW planted AS SELECT id FROM tenants'],
      'planted: a view that reads with its owner’s rights; make it security_invoker',
    ],
    [
      'a function with its owner’s rights',
      ['CREATE FUNCTION planted() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$ SELECT count(*) FROM tenants $$'],
      'planted(): a function that runs with its owner’s rights (SECURITY DEFINER)',
    ],
    [
      'JSON in a routing table',
      ['ALTER TABLE work_items ADD COLUMN input jsonb'],
      "work_items: the routing table's column input may hold more than ids, times and counters (jsonb)",
    ],
    [
      'a name in a routing table',
      ['ALTER TABLE api_key_index ADD COLUMN name text'],
      "api_key_index: the routing table's column name may hold more than ids, times and counters (text)",
    ],
    ['an app role that owns a table', [...GOOD, 'ALTER TABLE planted OWNER TO registrar_app'], 'registrar_app: a role that owns planted'],
    [
      'an app role that may make tables',
      ['GRANT CREATE ON SCHEMA public TO registrar_service'],
      'registrar_service: a role that may make tables',
    ],
  ])('refuses %s', async (_what, statements, fault) => {
    expect(await planted(statements)).toContain(fault);
  });
});
