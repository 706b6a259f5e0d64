/** A SMART resource scope taken apart (F-04, J-01). `permissions` is a part of `cruds`, in that order. */
export interface SmartScope {
  readonly context: 'patient' | 'user' | 'system';
  /** A FHIR resource type, or `*`. */
  readonly type: string;
  readonly permissions: string;
  /** Constraints in their normal form, sorted, each once. More of them make the scope smaller. */
  readonly constraints: readonly string[];
  /** How it was written. */
  readonly syntax: 'v1' | 'v2';
}

/** `atomic`: openid, launch/patient and whatever is compared as it stands. `malformed`: not a scope-token, or a broken SMART scope. */
export type ParsedScope = SmartScope | 'atomic' | 'malformed';

const V1: Readonly<Record<string, string>> = { read: 'rs', write: 'cud', '*': 'cruds' };
const SCOPE = /^(patient|user|system)\/(\*|[A-Z][A-Za-z]*)\.(\*|[a-z]+)(?:\?(.+))?$/;

/** Takes one scope apart. Version 1 words become letters: read is rs, write is cud, * is cruds (J-02). */
export function parseScope(text: string): ParsedScope {
  if (!/^[!#-[\]-~]+$/.test(text)) return 'malformed';
  if (!/^(patient|user|system)\//.test(text)) return 'atomic';
  const [, context, type, words, query] = SCOPE.exec(text) ?? [];
  if (context === undefined || type === undefined || words === undefined) return 'malformed';
  const old = V1[words];
  const permissions = old ?? words;
  if (!/^c?r?u?d?s?$/.test(permissions) || (old !== undefined && query !== undefined)) return 'malformed';
  const constraints = query === undefined ? [] : parseConstraints(query);
  if (constraints === undefined) return 'malformed';
  return { context: context as SmartScope['context'], type, permissions, constraints, syntax: old === undefined ? 'v2' : 'v1' };
}

/** One spelling for each meaning: version 2, constraints sorted. Stable when applied again; what is no SMART scope stays as it is. */
export function normalScope(text: string): string {
  const scope = parseScope(text);
  if (typeof scope === 'string') return text;
  const query = scope.constraints.length === 0 ? '' : `?${scope.constraints.join('&')}`;
  return `${scope.context}/${scope.type}.${scope.permissions}${query}`;
}

/** The scopes of a scope string, as written, each once. */
export function splitScope(scope: string): string[] {
  return [...new Set(scope.split(/\s+/).filter((part) => part !== ''))];
}

function parseConstraints(query: string): string[] | undefined {
  const parts: string[] = [];
  for (const part of query.split('&')) {
    const [name = '', ...rest] = part.split('=');
    if (name === '' || rest.length === 0) return undefined;
    const plain = [decode(name), decode(rest.join('='))] as const;
    if (plain[0] === undefined || plain[1] === undefined) return undefined;
    // These add resources to a search, so they are no constraint.
    if (/^_(rev)?include(:|$)/.test(plain[0])) return undefined;
    // Modifiers, chains and _filter are not understood here: such a constraint is equal only byte for byte (J-03).
    const opaque = /[:.]/.test(plain[0]) || plain[0].startsWith('_filter');
    parts.push(opaque ? part : `${encodeURIComponent(plain[0])}=${encodeURIComponent(plain[1])}`);
  }
  return [...new Set(parts)].sort();
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
