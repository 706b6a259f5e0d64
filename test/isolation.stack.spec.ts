import { randomUUID } from 'node:crypto';
import { openDatabase, sqlState, type Database, type UnitOfWork } from '@registrar/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filledDatabase, type FilledDatabase, type ScopedTable, type TestWorkspace } from './support/filled-database.js';

/** Their rows name a tenant and are none of its own: sealed bytes and heads of chains, which no principal reads as such. */
const NAMES_A_TENANT_ONLY = ['audit_chains', 'keyring.data_keys', 'secrets'];
/** What belongs to the whole workspace. Whoever is bound to a tenant may see it; the API decides what of it is shown. */
const OF_THE_WORKSPACE = [
  'api_keys',
  'application_overrides',
  'application_revisions',
  'applications',
  'audit_checkpointed',
  'audit_checkpoints',
  'authorization_servers',
  'batches',
  'certificate_keys',
  'event_heads',
  'idempotency_keys',
  'people',
  'pooled_keys',
  'role_mappings',
  'rollouts',
  'secret_fingerprints',
  'sessions',
  'statement_keys',
  'workspaces',
];

let filled: FilledDatabase;
let database: Database;
let own: TestWorkspace;
let other: TestWorkspace;
beforeAll(async () => {
  filled = await filledDatabase();
  [own, other] = filled.workspaces;
  database = await openDatabase({ url: filled.databaseUrl, poolSize: 2, applicationName: 'isolation' });
});
afterAll(async () => {
  await database.close();
  await filled.drop();
});

function scope(workspace: TestWorkspace, tenantIds?: readonly string[]): UnitOfWork {
  return { workspaceId: workspace.id, ...(tenantIds ? { tenantIds } : {}), actor: { type: 'system', id: 'test' }, requestId: 'test' };
}

type Row = Record<string, unknown>;
const rowsOf = (table: ScopedTable, unit: UnitOfWork): Promise<Row[]> =>
  database.transaction(unit, (tx) => tx.query<Row>(`SELECT * FROM ${table.name}`));

/** The SQLSTATE with which a statement fails; undefined where it does not. */
function refusal(unit: UnitOfWork, sql: string, parameters: readonly unknown[] = []): Promise<string | undefined> {
  return database.transaction(unit, (tx) => tx.query(sql, parameters)).then(() => undefined, sqlState);
}
const tablesWith = (right: string): readonly ScopedTable[] => filled.tables.filter(({ rights }) => rights.includes(right));

describe('every table under row-level security (T1, T3)', () => {
  it('has rows of both workspaces in this test', async () => {
    expect(filled.tables.length).toBeGreaterThan(25);
    for (const { name, key } of filled.tables) {
      const seen = await filled.query<Row>(`SELECT DISTINCT ${key} AS workspace FROM ${name}`);
      expect(seen.map(({ workspace }) => workspace).sort(), name).toEqual([own.id, other.id].sort());
    }
  });

  it('shows no row to whoever has no scope', async () => {
    for (const { name } of filled.tables) expect(await database.routing(`SELECT * FROM ${name}`), name).toEqual([]);
  });

  it('shows no row to a workspace that has none, and never another one’s', async () => {
    for (const table of filled.tables) {
      expect(await rowsOf(table, scope({ id: randomUUID(), tenants: own.tenants })), table.name).toEqual([]);
      const seen = await rowsOf(table, scope(own));
      expect([...new Set(seen.map((row) => row[table.key]))], table.name).toEqual([own.id]);
    }
  });

  it('takes no row for another workspace', async () => {
    for (const { name, key, columns } of tablesWith('INSERT')) {
      const [row] = await filled.query<{ row: Row }>(`SELECT to_jsonb(t) AS row FROM ${name} t WHERE ${key} = $1 LIMIT 1`, [other.id]);
      const values = columns.map((column) => `(jsonb_populate_record(NULL::${name}, $1::jsonb)).${column}`).join(', ');
      const sql = `INSERT INTO ${name} (${columns.join(', ')}) SELECT ${values}`;
      expect(await refusal(scope(own), sql, [JSON.stringify(row?.row)]), name).toBe('42501');
    }
  });

  it('lets no row move to another workspace', async () => {
    for (const { name, key } of tablesWith('UPDATE')) {
      expect(await refusal(scope(own), `UPDATE ${name} SET ${key} = $1`, [other.id]), name).toBe('42501');
    }
  });

  it('changes and deletes nothing of another workspace', async () => {
    for (const { name, key } of tablesWith('UPDATE')) {
      const hit = await database.transaction(scope(own), (tx) =>
        tx.query(`UPDATE ${name} SET ${key} = ${key} WHERE ${key} = $1 RETURNING 1`, [other.id]),
      );
      expect(hit, name).toEqual([]);
    }
    for (const { name, key } of tablesWith('DELETE')) {
      const hit = await database.transaction(scope(own), (tx) => tx.query(`DELETE FROM ${name} WHERE ${key} = $1 RETURNING 1`, [other.id]));
      expect(hit, name).toEqual([]);
    }
  });
});

describe('a principal that is bound to a tenant', () => {
  it('sees nothing of another tenant', async () => {
    const bound = filled.tables.filter(({ name, columns }) => columns.includes('tenant_id') && !NAMES_A_TENANT_ONLY.includes(name));
    expect(bound.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['registrations', 'credentials', 'connections', 'attempts', 'operations']),
    );
    for (const table of bound) {
      const seen = await rowsOf(table, scope(own, [own.tenants[0]]));
      expect(
        seen.map((row) => row.tenant_id),
        table.name,
      ).toEqual([own.tenants[0]]);
    }
    const tenants = await database.transaction(scope(own, [own.tenants[1]]), (tx) => tx.query<{ id: string }>('SELECT id FROM tenants'));
    expect(tenants).toEqual([{ id: own.tenants[1] }]);
  });

  it('sees all of its tenants where it has several, and none by the id of another workspace’s', async () => {
    const seen = await database.transaction(scope(own, own.tenants), (tx) => tx.query<Row>('SELECT DISTINCT tenant_id FROM registrations'));
    expect(seen.map((row) => row.tenant_id).sort()).toEqual([...own.tenants].sort());
    const foreign = await database.transaction(scope(own, [other.tenants[0]]), (tx) => tx.query('SELECT 1 FROM registrations'));
    expect(foreign).toEqual([]);
  });

  it('writes nothing for another tenant', async () => {
    for (const { name, columns } of tablesWith('UPDATE').filter(({ name: each }) => !NAMES_A_TENANT_ONLY.includes(each))) {
      if (!columns.includes('tenant_id')) continue;
      expect(await refusal(scope(own, [own.tenants[0]]), `UPDATE ${name} SET tenant_id = $1`, [own.tenants[1]]), name).toBe('42501');
    }
  });

  it('shares the tables of the workspace alone: a new table has to be decided on', () => {
    const unbound = filled.tables.filter(({ name, columns }) => name !== 'tenants' && !columns.includes('tenant_id'));
    expect(unbound.map(({ name }) => name)).toEqual(OF_THE_WORKSPACE);
  });

  it('sees its own EHRs and those that it is connected to, and no other', async () => {
    const [mine, theirs] = own.tenants;
    const ehrs = { own: randomUUID(), theirs: randomUUID(), shared: randomUUID(), sharedElsewhere: randomUUID() };
    const ehr = (id: string, tenant: string | null): Promise<unknown> =>
      filled.query(
        `INSERT INTO ehrs (workspace_id, id, tenant_id, name, environment, vendor, status, created_at, updated_at)
         VALUES ($1, $2, $3, 'EHR', 'sandbox', 'generic', 'ready', now(), now())`,
        [own.id, id, tenant],
      );
    await Promise.all([ehr(ehrs.own, mine), ehr(ehrs.theirs, theirs), ehr(ehrs.shared, null), ehr(ehrs.sharedElsewhere, null)]);
    const connect = (tenant: string, id: string): Promise<unknown> =>
      filled.query(
        'INSERT INTO connections (workspace_id, id, tenant_id, ehr_id, created_at, updated_at) VALUES ($1, $2, $3, $4, now(), now())',
        [own.id, randomUUID(), tenant, id],
      );
    await Promise.all([connect(mine, ehrs.shared), connect(theirs, ehrs.sharedElsewhere)]);
    const seen = await database.transaction(scope(own, [mine]), (tx) =>
      tx.query<{ id: string }>('SELECT id FROM ehrs WHERE id = ANY ($1)', [Object.values(ehrs)]),
    );
    expect(seen.map(({ id }) => id).sort()).toEqual([ehrs.own, ehrs.shared].sort());
    expect(await refusal(scope(own, [mine]), 'UPDATE ehrs SET name = name WHERE id = $1', [ehrs.own])).toBeUndefined();
    expect(await refusal(scope(own, [mine]), 'UPDATE ehrs SET name = name WHERE id = $1', [ehrs.shared])).toBe('42501');
  });
});
