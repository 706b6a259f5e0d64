import { afterAll, expect, it } from 'vitest';
import { openDatabase, type Database, type UnitOfWork } from '@registrar/database';
import { newId } from '@registrar/vault';
import { DUE, dueRegistrations } from '../../libs/rotation/src/due.repository.js';
import { testDatabase } from '../support/database.js';

const MANY = 1_000_000;
const FEW = 1_000;
/** As many are due in both tables. */
const DUE_NOW = 50;
const ROUNDS = 300;
const MAX_RATIO = 1.5;
const now = new Date('2026-11-26T00:00:00Z');
const closing: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

// One hospital, EHR and application stand for all of them; what they are called is not what the query looks for.
const FILL = [
  `SET session_replication_role = replica`,
  `INSERT INTO workspaces (id, name, created_at) VALUES ('WORKSPACE', 'Acme', now())`,
  `INSERT INTO tenants (workspace_id, id, name, created_at, updated_at) SELECT 'WORKSPACE', 'WORKSPACE', 'Mary', now(), now()`,
  `INSERT INTO ehrs (workspace_id, id, name, environment, vendor, status, authorization_server_id, created_at, updated_at)
     SELECT 'WORKSPACE', 'WORKSPACE', 'EHR', 'production', 'generic', 'ready', 'WORKSPACE', now(), now()`,
  `INSERT INTO applications (workspace_id, id, name, kind, current_revision, created_at, updated_at) SELECT 'WORKSPACE', 'WORKSPACE', 'App', 'backend', 1, now(), now()`,
  `INSERT INTO registrations (workspace_id, id, tenant_id, connection_id, ehr_id, application_id, revision, environment, strategy, status, next_rotation_at, created_at, updated_at)
     SELECT 'WORKSPACE', gen_random_uuid(), 'WORKSPACE', gen_random_uuid(), 'WORKSPACE', 'WORKSPACE', 1, 'production', 'dynamic', 'active',
            timestamptz '2026-11-26T00:00:00Z' + CASE WHEN i % (COUNT / ${DUE_NOW}) = 0 THEN -i ELSE i END * interval '7 seconds', now(), now()
       FROM generate_series(1, COUNT) AS i`,
];

interface Table {
  readonly count: number;
  readonly database: Database;
  readonly scope: UnitOfWork;
}

async function table(count: number): Promise<Table> {
  const test = await testDatabase();
  closing.push(() => test.drop());
  const workspaceId = newId();
  const statements = FILL.map((statement) => statement.replaceAll('WORKSPACE', workspaceId).replaceAll('COUNT', String(count)));
  await test.query(`${statements.join(';')}; RESET session_replication_role`);
  await test.query('VACUUM ANALYZE registrations');
  const database = await openDatabase({ url: test.databaseUrl, poolSize: 1, applicationName: 'bench' });
  closing.push(() => database.close());
  return { count, database, scope: { workspaceId, actor: { type: 'system', id: 'bench' }, requestId: 'bench' } };
}

async function oneLook({ database, scope }: Table): Promise<number> {
  return database.transaction(scope, async (tx) => {
    const began = performance.now();
    const due = await dueRegistrations(tx, now);
    const took = performance.now() - began;
    expect(due).toHaveLength(DUE_NOW);
    return took;
  });
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

it(
  'the due query costs the same with a thousand and a million registrations in the table',
  async () => {
    const tables = [await table(FEW), await table(MANY)];
    const took = tables.map((): number[] => []);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [index, one] of tables.entries()) {
        const ms = await oneLook(one);
        // The first ones read the pages in and plan the statement.
        if (round >= 20) took[index]?.push(ms);
      }
    }
    const [few = NaN, many = NaN] = took.map(median);
    const plan = await tables[1]?.database.transaction(tables[1].scope, (tx) =>
      tx.query<Record<string, string>>(`EXPLAIN ${DUE}`, [tx.scope.workspaceId, now]),
    );
    expect(JSON.stringify(plan)).toContain('registrations_due');
    process.stdout.write(
      `due query, ${DUE_NOW} due: median ${few.toFixed(2)} ms of ${FEW.toLocaleString('en')}, ${many.toFixed(2)} ms of ${MANY.toLocaleString('en')} registrations; ratio ${(many / few).toFixed(2)} (at most ${MAX_RATIO})\n`,
    );
    expect(many / few).toBeLessThanOrEqual(MAX_RATIO);
  },
  20 * 60_000,
);
