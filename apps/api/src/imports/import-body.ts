import type { JsonValue } from '@registrar/dcr';
import { CsvError, parse } from 'csv-parse/sync';
import { apiProblem } from '../api.problems.js';
import { bodyReader } from '../json-body.js';

const MAX_BYTES = 8 * 1024 * 1024;
const MAX_CELL = 64 * 1024;
/** Cells that hold a JSON document, because a cell can hold nothing but text. */
const DOCUMENTS = new Set(['client_metadata', 'evidence']);

/** The body of an import: JSON, or CSV with a header line, which becomes the rows that JSON would have. */
export const importBody = bodyReader({ maxBytes: MAX_BYTES, also: { 'text/csv': csvRows } });

/** An empty cell is a member that is left out. @throws Problem api.not_csv */
export function csvRows(bytes: Buffer): JsonValue {
  try {
    const rows: Record<string, string>[] = parse(bytes, {
      bom: true,
      columns: (header: string[]) => header.map((name) => name.trim().toLowerCase()),
      skip_empty_lines: true,
      trim: true,
      max_record_size: MAX_CELL,
    });
    return { rows: rows.map((row) => Object.fromEntries(Object.entries(row).flatMap(cell))) };
  } catch (error) {
    if (error instanceof CsvError) throw apiProblem('api.not_csv', { detail: `The body is not CSV (${error.code.toLowerCase()}).` });
    throw error;
  }
}

function cell([name, text]: [string, string]): [string, JsonValue][] {
  if (text === '') return [];
  return [[name, DOCUMENTS.has(name) && text.startsWith('{') ? document(text) : text]];
}

/** What is no document stays text, and is refused where it stands, with its row. */
function document(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}
