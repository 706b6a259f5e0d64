import type { ColumnShape, TableShape } from './schema-check-table.js';

/**
 * What the entities and the migrations do not agree on, in words that say what to do; empty where they agree.
 * @param unmapped tables that may be without an entity
 */
export function differences(mapped: readonly TableShape[], migrated: readonly TableShape[], unmapped: readonly string[]): string[] {
  const entities = new Set(mapped.map(({ table }) => table));
  const real = new Map(migrated.map((shape) => [shape.table, shape]));
  return [
    ...mapped.flatMap((entity) => {
      const table = real.get(entity.table);
      return table ? columnDifferences(entity, table) : [`${entity.table}: an entity maps it, and no migration makes it.`];
    }),
    ...[...real.keys()]
      .filter((table) => !entities.has(table) && !unmapped.includes(table))
      .map((table) => `${table}: a migration makes it, and no entity maps it. Write one, and export it in its library's entities.`),
    ...unmapped
      .filter((table) => entities.has(table) || !real.has(table))
      .map(
        (table) =>
          `${table}: ${entities.has(table) ? 'it has an entity now' : 'no migration makes it'}. Take it off the list of unmapped tables.`,
      ),
  ].sort();
}

function columnDifferences(entity: TableShape, table: TableShape): string[] {
  const wanted = new Map(entity.columns.map((column) => [column.name, column]));
  const real = new Map(table.columns.map((column) => [column.name, column]));
  const found: string[] = [];
  for (const column of entity.columns) {
    const other = real.get(column.name);
    const says = (what: string): number => found.push(`${table.table}.${column.name}: ${what}.`);
    if (!other) says('the entity has this column, the table does not');
    else compareColumn(column, other, says);
  }
  for (const name of real.keys()) {
    if (!wanted.has(name)) found.push(`${table.table}.${name}: the table has this column, the entity does not.`);
  }
  return found;
}

function compareColumn(entity: ColumnShape, table: ColumnShape, says: (what: string) => void): void {
  if (entity.type !== table.type) says(`the entity says ${entity.type}, the table ${table.type}`);
  if (entity.nullable !== table.nullable) says(`the entity says ${nullability(entity)}, the table ${nullability(table)}`);
  if (entity.primary !== table.primary) says(`${entity.primary ? 'only the entity' : 'only the table'} has it in the primary key`);
  if (entity.fallback !== table.fallback) {
    says(`the entity says ${entity.fallback ?? 'no'} default, the table ${table.fallback ?? 'none'}`);
  }
}

function nullability(column: ColumnShape): string {
  return column.nullable ? 'it may be null' : 'never null';
}
