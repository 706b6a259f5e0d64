/** What JSON can say. Wire documents are read into this, never into `unknown` that is cast later. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [member: string]: JsonValue;
}
