import type { DataSource } from 'typeorm';

type ColumnMetadata = DataSource['entityMetadatas'][number]['columns'][number];

/** One column, as a person compares it: `type` and `fallback` (its default) are SQL. */
export interface ColumnShape {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly primary: boolean;
  readonly fallback: string | undefined;
}

/** One table of the schemas public and keyring, by its name, e.g. `keyring.data_keys`. */
export interface TableShape {
  readonly table: string;
  readonly columns: readonly ColumnShape[];
}

const TABLES = `
SELECT CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END AS "table",
       json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'nullable', NOT a.attnotnull,
         'primary', coalesce(a.attnum = ANY (i.indkey), false), 'fallback', pg_get_expr(d.adbin, d.adrelid)) ORDER BY a.attnum) AS columns
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
 WHERE n.nspname IN ('public', 'keyring') AND c.relkind IN ('r', 'p')
 GROUP BY n.nspname, c.relname ORDER BY 1`;

/** The tables as the migrations made them. Indexes, foreign keys, checks and policies are theirs alone. */
export async function migratedTables(source: DataSource): Promise<TableShape[]> {
  const tables = await source.query<TableShape[]>(TABLES);
  return tables.map(({ table, columns }) => ({
    table,
    columns: columns.map((column) => ({ ...column, fallback: plainDefault(column.fallback) })),
  }));
}

/** The tables as the entities of an initialized data source say. Two entities may map one table: each is compared. */
export function mappedTables(source: DataSource): TableShape[] {
  return source.entityMetadatas.map(({ tablePath, columns }) => ({
    table: tablePath,
    columns: columns.map((column) => mappedColumn(source, column)),
  }));
}

function mappedColumn(source: DataSource, column: ColumnMetadata): ColumnShape {
  const type = source.driver.normalizeType(column);
  return {
    name: column.databaseName,
    type: column.isArray ? `${type}[]` : type,
    nullable: column.isNullable,
    primary: column.isPrimary,
    fallback: plainDefault(source.driver.normalizeDefault(column)),
  };
}

/** `'{}'::jsonb`, `'{}'`, `'5'` and `5` say the same. */
function plainDefault(sql: string | null | undefined): string | undefined {
  if (sql === null || sql === undefined) return undefined;
  const bare = sql.replace(/::[a-z ]+(\[\])?$/, '');
  return /^'-?\d+(\.\d+)?'$/.test(bare) ? bare.slice(1, -1) : bare;
}
