import { createDataSource, type EntityClass } from '@registrar/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Column, Entity, getMetadataArgsStorage, PrimaryColumn } from 'typeorm';
import { testDatabase, type TestDatabase } from '../../../test/support/index.js';
import { differences } from './schema-check-difference.js';
import { mappedTables, migratedTables } from './schema-check-table.js';

@Entity('planted')
class RightEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;
  @PrimaryColumn('uuid')
  id!: string;
  @Column('text', { default: 'new' })
  status!: string;
  @Column('jsonb', { default: [] })
  parts!: string[];
  @Column('integer', { default: 1 })
  version!: number;
  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;
}

@Entity('planted')
class WrongEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;
  @Column('uuid')
  id!: string;
  @Column('varchar', { default: 'old' })
  status!: string;
  @Column('jsonb', { default: [] })
  parts!: string[];
  @Column('integer')
  version!: number;
  @Column('timestamptz', { name: 'ended_at' })
  endedAt!: Date;
  @Column('text')
  extra!: string;
}

@Entity('nowhere')
class StrayEntity {
  @PrimaryColumn('uuid')
  id!: string;
}

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await database.query(
    `CREATE TABLE planted (workspace_id uuid, id uuid, status text NOT NULL DEFAULT 'new', parts jsonb NOT NULL DEFAULT '[]',
       version integer NOT NULL DEFAULT 1, ended_at timestamptz, PRIMARY KEY (workspace_id, id))`,
  );
});
afterAll(() => database.drop());

async function compare(entities: readonly EntityClass[], unmapped: readonly string[] = []): Promise<string[]> {
  const source = createDataSource({ url: database.databaseAdminUrl, poolSize: 1, entities, applicationName: 'test' });
  await source.initialize();
  try {
    const planted = (await migratedTables(source)).filter(({ table }) => table === 'planted');
    return differences(mappedTables(source), planted, unmapped);
  } finally {
    await source.destroy();
  }
}

it('says nothing where entity and table are the same', async () => {
  expect(getMetadataArgsStorage().tables.length).toBeGreaterThan(0);
  expect(await compare([RightEntity])).toEqual([]);
});

it('names every column whose type, nullability, key or default differs, and the ones that only one side has', async () => {
  await database.query('ALTER TABLE planted ADD COLUMN surplus bytea');
  expect(await compare([WrongEntity])).toEqual([
    'planted.ended_at: the entity says never null, the table it may be null.',
    'planted.extra: the entity has this column, the table does not.',
    'planted.id: only the table has it in the primary key.',
    "planted.status: the entity says 'old' default, the table 'new'.",
    'planted.status: the entity says character varying, the table text.',
    'planted.surplus: the table has this column, the entity does not.',
    'planted.version: the entity says no default, the table 1.',
  ]);
  await database.query('ALTER TABLE planted DROP COLUMN surplus');
});

it('names a table without an entity, an entity without a table, and an exception that is none', async () => {
  expect(await compare([])).toEqual([expect.stringMatching(/^planted: a migration makes it, and no entity maps it\./)]);
  expect(await compare([], ['planted'])).toEqual([]);
  expect(await compare([RightEntity, StrayEntity])).toEqual(['nowhere: an entity maps it, and no migration makes it.']);
  expect(await compare([RightEntity], ['planted', 'gone'])).toEqual([
    'gone: no migration makes it. Take it off the list of unmapped tables.',
    'planted: it has an entity now. Take it off the list of unmapped tables.',
  ]);
});
