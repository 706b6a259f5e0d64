/** What the API shows of the house's own records: the same with snake_case names. Values stay as they are. */
export type SnakeCased = Record<string, unknown>;

const snake = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const camel = (name: string) => name.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());

/** Renames the members of a record, and of records and lists within it. Absent members stay absent. */
export function snakeCase(record: object): SnakeCased {
  return renamed(record, snake);
}

/** The way back, for what a caller wrote. */
export function camelCase(record: object): Record<string, unknown> {
  return renamed(record, camel);
}

function renamed(record: object, rename: (name: string) => string): Record<string, unknown> {
  const entries = Object.entries(record).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [rename(name), each(value, rename)]));
}

function each(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => each(item, rename));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return renamed(value, rename);
}
