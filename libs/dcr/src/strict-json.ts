import type { JsonValue } from './json-value.js';
import { scanJson } from './strict-json-scan.js';

/** Why a document was not taken. */
export type JsonRefusal = 'not_json' | 'too_deep' | 'duplicate_member' | 'proto_member' | 'not_utf8' | 'too_large';

/** A document from outside that is not read. Carries a code and nothing of what the document says. */
export class JsonRefused extends Error {
  override readonly name = 'JsonRefused';

  constructor(readonly code: JsonRefusal) {
    super(`The document was refused: ${code}`);
  }
}

/** Deepest nesting of objects and arrays that any document of this protocol needs. */
export const MAX_JSON_DEPTH = 12;

/** Largest answer that is read, in bytes; discovery documents have a limit of their own. */
export const MAX_ANSWER_BYTES = 256 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads JSON that a stranger wrote (A-31, U19). Refused are: more than `maxBytes` bytes, anything but UTF-8 (a leading byte
 * order mark is tolerated), nesting deeper than `maxDepth`, the same member twice in one object (RFC 8259 leaves the meaning
 * open, so two readers could see two documents), and a member named `__proto__`. What is accepted equals `JSON.parse`.
 * @throws JsonRefused and nothing else.
 */
export function readJson(bytes: Uint8Array, limits: { readonly maxBytes: number; readonly maxDepth: number }): JsonValue {
  if (bytes.byteLength > limits.maxBytes) throw new JsonRefused('too_large');
  const text = decode(bytes);
  const refusal = scanJson(text, limits.maxDepth);
  if (refusal !== undefined) throw new JsonRefused(refusal);
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw new JsonRefused('not_json');
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new JsonRefused('not_utf8');
  }
}
