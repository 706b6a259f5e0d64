import { normalScope, parseScope, type SmartScope } from './smart-scope.js';
import { scopeWithin } from './smart-scope-cover.js';

/**
 * One spelling for each meaning of a set of scopes (J-02, J-04): permissions that another scope covers are left out, those of the
 * same context, type and constraints stand in one scope, in order. Two sets that lie within each other have the same. What is
 * malformed is left out: it means nothing.
 */
export function normalScopes(scopes: readonly string[]): string[] {
  const atomic = scopes.filter((text) => parseScope(text) === 'atomic');
  const atoms = [...new Set(scopes.flatMap(atomsOf))];
  const needed = atoms.filter((atom) => !atoms.some((other) => other !== atom && scopeWithin(atom, [other])));
  const merged = new Map<string, string>();
  for (const atom of needed) {
    const dot = atom.indexOf('.') + 1;
    const [head, rest] = [atom.slice(0, dot), atom.slice(dot)];
    const key = `${head}?${rest.slice(1)}`;
    merged.set(key, `${merged.get(key) ?? ''}${rest.slice(0, 1)}`);
  }
  const smart = [...merged].map(([key, permissions]) => {
    const at = key.indexOf('?');
    return normalScope(`${key.slice(0, at)}${inOrder(permissions)}${key.slice(at + 1)}`);
  });
  return [...new Set([...atomic, ...smart])].sort();
}

function atomsOf(text: string): string[] {
  const scope = parseScope(text);
  return typeof scope === 'string' ? [] : [...scope.permissions].map((permission) => atom(scope, permission));
}

function atom(scope: SmartScope, permission: string): string {
  const query = scope.constraints.length === 0 ? '' : `?${scope.constraints.join('&')}`;
  return `${scope.context}/${scope.type}.${permission}${query}`;
}

const inOrder = (permissions: string) => [...'cruds'].filter((letter) => permissions.includes(letter)).join('');
