import { isJsonObject, type JsonValue } from './json-value.js';

/** NUL and lone surrogates, which no database takes, as the replacement character. */
export function storable(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.replace(/[\0\p{Surrogate}]/gu, '\ufffd');
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(storable);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name.replace(/[\0\p{Surrogate}]/gu, '\ufffd'), storable(member)]),
  );
}
