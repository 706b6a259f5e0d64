const names = new Map<string, string>();

/** The name under which this process prepares a statement: the same text always has the same name. */
export function statementName(sql: string): string {
  const known = names.get(sql);
  if (known !== undefined) return known;
  const name = `registrar_${names.size + 1}`;
  names.set(sql, name);
  return name;
}
