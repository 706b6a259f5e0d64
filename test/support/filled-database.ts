import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { ROUTING_TABLES } from './catalogue.js';
import { testDatabase, type TestDatabase } from './database.js';

export interface ScopedTable {
  readonly name: string;
  /** The column that holds the workspace's id. */
  readonly key: string;
  readonly columns: readonly string[];
  /** What the app's role may do: SELECT, INSERT, UPDATE, DELETE. */
  readonly rights: readonly string[];
}

export interface TestWorkspace {
  readonly id: string;
  readonly tenants: readonly [string, string];
}

/** A migrated database with rows of two workspaces, two tenants each, in every table that lies under row-level security. */
export interface FilledDatabase extends TestDatabase {
  readonly tables: readonly ScopedTable[];
  readonly workspaces: readonly [TestWorkspace, TestWorkspace];
}

const TABLES = `
SELECT CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END AS name,
       json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum) AS columns,
       coalesce((SELECT json_agg(DISTINCT g.privilege_type) FROM aclexplode(c.relacl) g
          WHERE g.grantee = 'registrar_service'::regrole), '[]') AS rights
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE n.nspname IN ('public', 'keyring') AND c.relkind IN ('r', 'p') GROUP BY n.nspname, c.oid, c.relname ORDER BY 1`;

const CONSTRAINTS = `
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS statement
  FROM pg_constraint JOIN pg_class c ON c.oid = conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE contype IN ('f', 'c') AND n.nspname IN ('public', 'keyring')`;

let number = 0;
/** One value for each type that our tables use, a new one where it must be unique. */
const VALUES: Readonly<Record<string, () => unknown>> = {
  uuid: randomUUID,
  text: randomUUID,
  jsonb: () => '{}',
  bytea: () => Buffer.from(randomUUID()),
  boolean: () => false,
  'timestamp with time zone': () => new Date('2026-11-23T09:00:00Z'),
  ...Object.fromEntries(['bigint', 'integer', 'smallint', 'real'].map((type) => [type, () => ++number])),
};

/**
 * Copies the template, and takes foreign keys and checks away: what is left between two workspaces is row-level security
 * alone. Then every scoped table, one that a later migration adds included, gets a row for each tenant.
 */
export async function filledDatabase(): Promise<FilledDatabase> {
  const database = await testDatabase();
  const client = new Client({ connectionString: database.databaseAdminUrl });
  await client.connect();
  try {
    const constraints = await client.query<{ statement: string }>(CONSTRAINTS);
    for (const { statement } of constraints.rows) await client.query(statement);
    const found = await client.query<{ name: string; columns: { name: string; type: string }[]; rights: string[] }>(TABLES);
    const scoped = found.rows.filter(({ name }) => !(name in ROUTING_TABLES));
    const workspaces = [newWorkspace(), newWorkspace()] as const;
    for (const workspace of workspaces) {
      for (const table of scoped) await fill(client, table, workspace);
    }
    return {
      ...database,
      workspaces,
      tables: scoped.map(({ name, columns, rights }) => ({
        name,
        key: keyOf(name),
        columns: columns.map((column) => column.name),
        rights,
      })),
    };
  } finally {
    await client.end();
  }
}

function newWorkspace(): TestWorkspace {
  return { id: randomUUID(), tenants: [randomUUID(), randomUUID()] };
}

function keyOf(table: string): string {
  return table === 'workspaces' ? 'id' : 'workspace_id';
}

async function fill(
  client: Client,
  table: { name: string; columns: { name: string; type: string }[] },
  workspace: TestWorkspace,
): Promise<void> {
  // Of what belongs to no tenant a workspace may have one row only.
  const tenants = table.name === 'tenants' || table.columns.some(({ name }) => name === 'tenant_id') ? workspace.tenants : [undefined];
  for (const tenant of tenants) {
    const values = table.columns.map(({ name, type }) => {
      if (name === keyOf(table.name)) return workspace.id;
      if (name === (table.name === 'tenants' ? 'id' : 'tenant_id')) return tenant;
      const make = VALUES[type];
      if (!make) throw new Error(`${table.name}.${name}: no value of type ${type} is known`);
      return make();
    });
    const names = table.columns.map(({ name }) => `"${name}"`).join(', ');
    await client.query(`INSERT INTO ${table.name} (${names}) VALUES (${values.map((_, index) => `$${index + 1}`).join(', ')})`, values);
  }
}
