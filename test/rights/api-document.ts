import type { Permission } from '@registrar/access';
import type { Stack } from '../support/index.js';

/** As much of JSON Schema 2020-12 as the OpenAPI document uses for what goes in. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly pattern?: string;
  readonly format?: string;
  /** It is taken to be refused, whatever it holds. */
  readonly readOnly?: boolean;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly minimum?: number;
  readonly minLength?: number;
  readonly example?: unknown;
}

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Operation {
  readonly 'x-permission'?: Permission | 'public';
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

/** One call that the api serves. */
export interface Route {
  readonly method: string;
  /** As in the document, e.g. `/v1/tenants/{id}`. */
  readonly path: string;
  readonly permission: Permission | 'public' | undefined;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
  /** Every place that takes an id of ours. */
  readonly placements: readonly Placement[];
  /** Places that are named like an id and do not say of what. */
  readonly unsaid: readonly string[];
}

/** A place in a request that takes an id. */
export interface Placement {
  readonly where: 'path' | 'query' | 'body';
  /** The way to it: the parameter's name, or member names from the body's root; `*` stands for an element of an array. */
  readonly at: readonly string[];
  /** What the id may begin with, e.g. `ten`. */
  readonly prefixes: readonly string[];
}

type Place = Omit<Placement, 'prefixes'> & { readonly schema: Schema };

/** Ids that others give: of clients at EHRs, of hospitals and requests in the caller's own books. */
const OF_OTHERS = new Set(['client_id', 'external_id', 'tenant_external_id', 'software_id', 'request_id', 'actor_id', 'kid']);
const OURS = /^\^([a-z]{2,4})_\[0-7\]/;

/** Every call in the document that the running api serves. */
export async function routesOf(stack: Stack): Promise<Route[]> {
  const { body: document } = await stack.call<{
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, Schema> };
  }>('GET', '/openapi.json', { key: null });
  const resolved = (schema: Schema): Schema =>
    schema.$ref === undefined ? schema : resolved(document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => routeOf(method, path, operation, resolved)),
  );
}

function routeOf(method: string, path: string, operation: Operation, resolved: (schema: Schema) => Schema): Route {
  const parameters = (operation.parameters ?? []).map((each) => ({ ...each, schema: resolved(each.schema) }));
  const json = operation.requestBody?.content['application/json']?.schema;
  const body = json && inlined(json, resolved);
  const places: Place[] = [
    ...parameters.flatMap(({ in: where, name, schema }): Place[] =>
      where === 'path' || where === 'query' ? [{ where, at: [name], schema }] : [],
    ),
    ...leaves(body).map(({ at, schema }): Place => ({ where: 'body', at, schema })),
  ];
  const permission = operation['x-permission'];
  const placements = places.flatMap(({ where, at, schema }) => {
    const prefixes = prefixesOf(schema);
    return prefixes.length === 0 || permission === 'public' ? [] : [{ where, at, prefixes }];
  });
  const unsaid = places
    .filter(({ where, at, schema }) => prefixesOf(schema).length === 0 && (where === 'path' || namedLikeAnId(at)) && couldBeAnId(schema))
    .map(({ where, at }) => `${where} ${at.join('.')}`);
  return { method: method.toUpperCase(), path, permission, parameters, body, placements, unsaid: permission === 'public' ? [] : unsaid };
}

const couldBeAnId = ({ type, readOnly, enum: names }: Schema): boolean =>
  readOnly !== true && names === undefined && (type === undefined || type === 'string');

function namedLikeAnId(at: readonly string[]): boolean {
  const name = at.filter((part) => part !== '*').at(-1) ?? '';
  return /(^|_)ids?$/.test(name) && !OF_OTHERS.has(name);
}

function inlined(schema: Schema, resolved: (schema: Schema) => Schema): Schema {
  const whole = resolved(schema);
  const all = (schemas: readonly Schema[] | undefined) => schemas?.map((each) => inlined(each, resolved));
  const { properties, items, anyOf, oneOf } = whole;
  return {
    ...whole,
    ...(properties
      ? { properties: Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, inlined(each, resolved)])) }
      : {}),
    ...(items ? { items: inlined(items, resolved) } : {}),
    ...(anyOf ? { anyOf: all(anyOf) ?? [] } : {}),
    ...(oneOf ? { oneOf: all(oneOf) ?? [] } : {}),
  };
}

/** Whatever stands in a body and is neither object nor array; a choice between such is one place. */
function leaves(schema: Schema | undefined, at: readonly string[] = []): { at: readonly string[]; schema: Schema }[] {
  if (!schema) return [];
  const choices = schema.anyOf ?? schema.oneOf;
  if (prefixesOf(schema).length > 0) return [{ at, schema }];
  if (choices) {
    const found = choices.flatMap((each) => leaves(each, at));
    return found.filter((one, index) => found.findIndex((other) => other.at.join('.') === one.at.join('.')) === index);
  }
  if (schema.properties) return Object.entries(schema.properties).flatMap(([name, each]) => leaves(each, [...at, name]));
  if (schema.items) return leaves(schema.items, [...at, '*']);
  return [{ at, schema }];
}

function prefixesOf(schema: Schema): string[] {
  const [, prefix] = OURS.exec(schema.pattern ?? '') ?? [];
  if (prefix !== undefined) return [prefix];
  const choices = schema.anyOf ?? schema.oneOf ?? [];
  const all = choices.map(prefixesOf);
  return all.length > 0 && all.every((each) => each.length > 0) ? all.flat() : [];
}
