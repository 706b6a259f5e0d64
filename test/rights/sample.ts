import type { Placement, Route, Schema } from './api-document.js';
import type { Ids } from './world-rows.js';

/** A request as it is sent. */
export interface Sample {
  readonly path: string;
  readonly body?: unknown;
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
/** In the form of a software statement, of an issuer that nobody can ask for keys. */
const STATEMENT = `${part({ alg: 'ES256' })}.${part({ iss: 'https://127.0.0.1:1', software_id: 'care-gaps' })}.${'0'.repeat(86)}`;
const WORDS = ['A reason that is long enough', STATEMENT, 'true', 'P30D', '12:00', 'a', '1', '0'.repeat(64)];
const FORMATS: Readonly<Record<string, string>> = {
  uri: 'https://ehr.example/fhir',
  'date-time': new Date(Date.now() + 30 * 86_400_000).toISOString(),
};

/**
 * Requests of a route with `id` in one place, the most modest first: what is required, with one optional member, and with all
 * of them. Every other id is one that the caller may use.
 */
export function samplesOf(route: Route, placement: Placement | undefined, id: string, own: Ids): Sample[] {
  const path = pathOf(route, placement, id, own);
  if (!route.body || route.method === 'GET') return [{ path }];
  const target = placement?.where === 'body' ? placement.at : OFF;
  const optional = optionalMembers(route.body, target === OFF ? [] : target);
  return [[], ...optional.map((name) => [name]), optional].map((more) => ({
    path,
    body: filled(route.body ?? {}, { way: target, id, more: new Set(more), own }),
  }));
}

function pathOf(route: Route, placement: Placement | undefined, id: string, own: Ids): string {
  const isIt = (where: string, name: string) => placement?.where === where && placement.at[0] === name;
  const path = route.path.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const place = route.placements.find(({ where, at }) => where === 'path' && at[0] === name);
    if (isIt('path', name)) return id;
    if (place) return ownOf(place.prefixes, own);
    // A word of its own, e.g. the name of a report.
    const parameter = route.parameters.find(({ in: where, name: called }) => where === 'path' && called === name);
    return String(filled(parameter?.schema ?? {}, { way: OFF, id: '', more: new Set(), own }));
  });
  const query = route.parameters.flatMap(({ in: where, name, required, schema }): [string, string][] => {
    if (where !== 'query') return [];
    if (isIt('query', name)) return [[name, id]];
    return required ? [[name, String(filled(schema, { way: OFF, id: '', more: new Set(), own }))]] : [];
  });
  return query.length === 0 ? path : `${path}?${new URLSearchParams(query).toString()}`;
}

interface Filling {
  readonly way: readonly string[];
  readonly id: string;
  readonly more: ReadonlySet<string>;
  readonly own: Ids;
}

/** A value that the schema takes, with the id at the end of the way. */
function filled(schema: Schema, filling: Filling): unknown {
  const [next, ...rest] = filling.way;
  const choices = schema.anyOf ?? schema.oneOf;
  const [, prefix] = /^\^([a-z]{2,4})_\[0-7\]/.exec(schema.pattern ?? '') ?? [];
  if (prefix !== undefined) return filling.id === '' || next !== undefined || !atEnd(filling) ? ownOf([prefix], filling.own) : filling.id;
  if (choices) {
    if (next === undefined && atEnd(filling)) return filling.id;
    return filled(choices.find((each) => leads(each, filling.way)) ?? {}, filling);
  }
  if (schema.const !== undefined) return schema.const;
  if (schema.example !== undefined) return schema.example;
  if (schema.enum) return schema.enum[0];
  switch (schema.type) {
    case 'object': {
      const required = new Set(schema.required ?? []);
      const members = Object.entries(schema.properties ?? {}).filter(
        ([name]) => required.has(name) || name === next || filling.more.has(name),
      );
      return Object.fromEntries(
        members.map(([name, each]) => [name, filled(each, name === next ? { ...filling, way: rest } : { ...filling, way: OFF })]),
      );
    }
    case 'array':
      return [filled(schema.items ?? {}, next === '*' ? { ...filling, way: rest } : { ...filling, way: OFF })];
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return false;
    case 'string':
      return wordOf(schema);
    default:
      return {};
  }
}

/** Not on the way to the place. */
const OFF: readonly string[] = ['', 'off'];
const atEnd = ({ way, id }: Filling): boolean => way.length === 0 && id !== '';

function leads(schema: Schema, way: readonly string[]): boolean {
  const [next, ...rest] = way;
  if (next === undefined || way === OFF) return true;
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.some((each) => leads(each, way));
  const inner = next === '*' ? schema.items : schema.properties?.[next];
  return inner !== undefined && leads(inner, rest);
}

function wordOf({ format = '', pattern, minLength = 0 }: Schema): string {
  const word = FORMATS[format] ?? WORDS.find((each) => each.length >= minLength && new RegExp(pattern ?? '', 'u').test(each));
  if (word === undefined) throw new Error(`No word is known for the pattern ${pattern ?? ''} (${format})`);
  return word;
}

function ownOf(prefixes: readonly string[], own: Ids): string {
  for (const prefix of prefixes) {
    const id = own.get(prefix);
    if (id !== undefined) return id;
  }
  throw new Error(`There is no id of ${prefixes.join(' or ')} in this world`);
}

/** Names of what may be left out, at the root and in what holds the place. */
function optionalMembers(schema: Schema, way: readonly string[]): string[] {
  const [next, ...rest] = way;
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.filter((each) => leads(each, way)).flatMap((each) => optionalMembers(each, way)))];
  const required = new Set(schema.required ?? []);
  const here = Object.keys(schema.properties ?? {}).filter((name) => !required.has(name) && name !== next);
  const inner = next === undefined ? undefined : next === '*' ? schema.items : schema.properties?.[next];
  return [...new Set([...here, ...(inner ? optionalMembers(inner, rest) : [])])];
}
