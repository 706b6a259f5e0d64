import type { Exchange } from './exchange.js';
import { answerFinding } from './issued-client-finding.js';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.js';
import type { Finding } from './linter-finding.js';
import type { UnknownReason } from './registration-answer-outcome.js';
import { JsonRefused, MAX_ANSWER_BYTES, MAX_JSON_DEPTH, readJson } from './strict-json.js';

/**
 * The JSON object of a success, or why there is none: labelled as something else (U04), not JSON as `readJson` takes it, or
 * another kind of value. A missing label is forgiven.
 */
export function readAnswerObject(exchange: Pick<Exchange, 'headers' | 'body'>): JsonObject | UnknownReason {
  const type = exchange.headers?.['content-type'];
  if (type !== undefined && !/^\s*(application|text)\/([\w.-]+\+)?json\s*(;|$)/i.test(type)) return 'not_json_content';
  let value: JsonValue;
  try {
    value = readJson(exchange.body ?? new Uint8Array(0), { maxBytes: MAX_ANSWER_BYTES, maxDepth: MAX_JSON_DEPTH });
  } catch (error) {
    return error instanceof JsonRefused ? error.code : 'not_json';
  }
  return isJsonObject(value) ? value : 'not_an_object';
}

/** What the headers of an answer with credentials leave to be wished for. */
export function labelFindings(exchange: Pick<Exchange, 'headers'>): Finding[] {
  const findings: Finding[] = [];
  if (exchange.headers?.['content-type'] === undefined) findings.push(answerFinding('answer.content_type_missing'));
  if (!/\bno-store\b/i.test(exchange.headers?.['cache-control'] ?? '')) findings.push(answerFinding('answer.cacheable'));
  return findings;
}
