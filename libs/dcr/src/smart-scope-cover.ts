import { parseScope, type SmartScope } from './smart-scope.js';

/**
 * Whether `wanted` lies within `allowed` taken together: each of its permissions is covered by some scope there (J-03, J-04).
 * `system/*.read` covers `system/Patient.rs`, and `.r` with `.s` covers `.rs`; contexts are never ordered. A malformed scope lies
 * within nothing and covers nothing (J-06).
 */
export function scopeWithin(wanted: string, allowed: readonly string[]): boolean {
  const scope = parseScope(wanted);
  if (scope === 'malformed') return false;
  if (scope === 'atomic') return allowed.includes(wanted);
  const others = allowed.map((text) => parseScope(text)).filter((other) => typeof other !== 'string');
  return [...scope.permissions].every((permission) => others.some((other) => covers(other, scope, permission)));
}

/** The scopes of `wanted` that do not lie within `allowed`. Empty: nothing is wider. */
export function scopesBeyond(wanted: readonly string[], allowed: readonly string[]): string[] {
  return wanted.filter((scope) => !scopeWithin(scope, allowed));
}

function covers(big: SmartScope, small: SmartScope, permission: string): boolean {
  return (
    big.context === small.context &&
    (big.type === '*' || big.type === small.type) &&
    big.permissions.includes(permission) &&
    big.constraints.every((constraint) => small.constraints.includes(constraint))
  );
}
