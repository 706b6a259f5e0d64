/** Which part of a list is wanted: at most `limit` items, those that follow the item `after` (a uuid). Newest first. */
export interface PageRequest {
  readonly limit: number;
  readonly after?: string;
}

/** One part of a list, newest first. `nextAfter` is present while there is more. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextAfter?: string;
}

/** Makes a page of rows that were read with a limit of one more than asked for. */
export function pageOf<Row extends { readonly id: string }, T>(
  rows: readonly Row[],
  request: PageRequest,
  present: (row: Row) => T,
): Page<T> {
  const shown = rows.slice(0, request.limit);
  const last = shown.at(-1);
  return { items: shown.map(present), ...(rows.length > request.limit && last ? { nextAfter: last.id } : {}) };
}
