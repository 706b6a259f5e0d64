/** A SMART scope in its parts; undefined for any other, which is compared as it stands. */
function parse(scope: string): { context: string; type: string; permissions: string } | undefined {
  const [, context, type, written] = /^(patient|user|system)\/([A-Za-z]+|\*)\.([a-z]+|\*)(?:\?.*)?$/.exec(scope) ?? [];
  if (context === undefined || type === undefined || written === undefined) return undefined;
  return { context, type, permissions: V2[written] ?? written };
}

const V2: Readonly<Record<string, string>> = { read: 'rs', write: 'cud', '*': 'cruds' };
const V1: Readonly<Record<string, string>> = { rs: 'read', cud: 'write', cruds: '*' };

/** Whether one of `held` gives at least what `wanted` asks for: version 1 and 2 alike, `*` for every type. */
export function covers(held: readonly string[], wanted: string): boolean {
  if (held.includes(wanted)) return true;
  const asked = parse(wanted);
  if (!asked) return false;
  return held.some((scope) => {
    const has = parse(scope);
    if (has?.context !== asked.context || (has.type !== '*' && has.type !== asked.type)) return false;
    return [...asked.permissions].every((permission) => has.permissions.includes(permission));
  });
}

/** The same scope in the syntax of SMART version 1, where that has it. */
export function asV1(scope: string): string {
  const found = parse(scope);
  const written = found && V1[found.permissions];
  return found && written !== undefined ? `${found.context}/${found.type}.${written}` : scope;
}

export const words = (scope: unknown): string[] => (typeof scope === 'string' ? scope.split(' ').filter((word) => word !== '') : []);
