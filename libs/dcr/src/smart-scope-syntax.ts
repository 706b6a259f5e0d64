import { normalScope, parseScope } from './smart-scope.js';

const V1_WORDS: Readonly<Record<string, string>> = { rs: 'read', cud: 'write', cruds: '*' };

/**
 * The spelling that this server reads: its own where it lists the same scope, else the version that its SMART capabilities
 * name alone. The meaning never changes; a scope that version 1 cannot say stays as it is.
 */
export function scopeInServerSyntax(
  scope: string,
  server: { readonly scopes?: readonly string[]; readonly smart?: readonly string[] },
): string {
  const parsed = parseScope(scope);
  if (typeof parsed === 'string' || server.scopes?.includes(scope) === true) return scope;
  const normal = normalScope(scope);
  const listed = server.scopes?.find((other) => normalScope(other) === normal);
  if (listed !== undefined) return listed;
  const v1 = server.smart?.includes('permission-v1') === true;
  const v2 = server.smart?.includes('permission-v2') === true;
  if (v1 && !v2 && parsed.syntax === 'v2') return inVersion1(scope);
  return v2 && !v1 && parsed.syntax === 'v1' ? normal : scope;
}

function inVersion1(scope: string): string {
  const parsed = parseScope(scope);
  if (typeof parsed === 'string' || parsed.constraints.length > 0) return scope;
  const word = V1_WORDS[parsed.permissions];
  return word === undefined ? scope : `${parsed.context}/${parsed.type}.${word}`;
}
