import type { Transaction } from './transaction.js';

/** The columns of a set-based insert: name and SQL type. */
export type Columns = Readonly<Record<string, string>>;
export type RowOf<C extends Columns> = { readonly [Name in keyof C]: unknown };

const statements = new WeakMap<Columns, Map<string, string>>();

/**
 * Inserts many rows by one statement (`unnest` over one array for each column). jsonb values are written as JSON.
 * `tail` is what follows the insert, e.g. an ON CONFLICT or RETURNING clause.
 */
export async function insertRows<C extends Columns, Row = Record<string, unknown>>(
  tx: Transaction,
  table: string,
  columns: C,
  rows: readonly RowOf<C>[],
  tail = '',
): Promise<Row[]> {
  if (rows.length === 0) return [];
  const names = Object.keys(columns);
  const values = names.map((name) => rows.map((row) => toColumn(columns[name] ?? 'text', row[name])));
  return tx.prepared<Row>(statement(table, columns, names, tail), values);
}

function statement(table: string, columns: Columns, names: string[], tail: string): string {
  const known = statements.get(columns) ?? new Map<string, string>();
  statements.set(columns, known);
  const key = `${table} ${tail}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const unnested = names.map((name, index) => `$${index + 1}::${columns[name] ?? 'text'}[]`).join(', ');
  const sql = `INSERT INTO ${table} (${names.join(', ')}) SELECT * FROM unnest(${unnested}) ${tail}`;
  known.set(key, sql);
  return sql;
}

function toColumn(type: string, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  return type === 'jsonb' ? JSON.stringify(value) : value;
}
