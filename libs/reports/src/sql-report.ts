import { publicId, type IdPrefix, type Transaction } from '@registrar/database';
import type { WholeFrom } from './removed.js';
import type { Report, ReportPart, ReportPeriod } from './report.js';

/** What is done with a column's value before it is shown. */
export type Shown = 'text' | 'actor' | 'json' | { readonly id: IdPrefix };

type Row = Readonly<Record<string, unknown>> & { readonly _id: string };

/**
 * A report that is one statement. Its parameters: $1 workspace, $2 from, $3 to, $4 the id after which it goes on, $5 how many,
 * $6 the caller's hospitals, $7 its application, $8 its environment (each null where it is bound to none). It selects `_id`, by
 * which it is ordered, and its columns by their names.
 */
export function sqlReport(columns: Readonly<Record<string, Shown>>, sql: string, wholeFrom?: WholeFrom): Report {
  const names = Object.keys(columns);
  return {
    columns: names,
    ...(wholeFrom ? { wholeFrom } : {}),
    async read(tx: Transaction, period: ReportPeriod, after: string | undefined, limit: number): Promise<ReportPart> {
      const { workspaceId, tenantIds, applicationId, environment } = tx.scope;
      const rows = await tx.query<Row>(sql, [
        ...[workspaceId, period.from, period.to, after ?? null, limit],
        ...[tenantIds ?? null, applicationId ?? null, environment ?? null],
      ]);
      return {
        rows: rows.map((row) => Object.fromEntries(names.map((name) => [name, show(columns[name] ?? 'text', row[name])]))),
        last: rows.length < limit ? undefined : rows.at(-1)?._id,
      };
    },
  };
}

function show(how: Shown, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  if (typeof how === 'object') return typeof value === 'string' ? publicId(how.id, value) : null;
  if (how === 'actor') return actorText(value);
  return value;
}

function actorText(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const { type, id, name } = value as { readonly type: string; readonly id: string; readonly name?: string };
  const shown = type === 'api_key' ? publicId('key', id) : `${type}:${id}`;
  return name === undefined ? shown : `${shown} (${name})`;
}
