import { JsonRefused, readJson, type JsonValue } from '@registrar/dcr';
import type { FieldProblem } from '@registrar/problem';
import type { NextFunction, Response } from 'express';
import { apiProblem } from './api.problems.js';
import type { ApiRequest } from './api-request.js';

const KIB = 1024;
/** What most calls may send; an import may send more. */
export const BODY_BYTES = 64 * KIB;
const MAX_DEPTH = 16;
const MAX_ERRORS = 20;
// Control characters but tab and line ends, half surrogate pairs, and what turns the direction of a line round (A07, A08).
const UNREADABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/u;
const INHERITED = new Set(['constructor', 'prototype']);

/** How one call's body is read. */
export interface BodyRules {
  readonly maxBytes: number;
  /** Other media types than JSON, each turned into what JSON would have been. */
  readonly also?: Readonly<Record<string, (bytes: Buffer) => JsonValue>>;
}

/**
 * Reads the body of a request as strict JSON: a body that two readers could understand differently is refused (A03, A04,
 * A06), one over the limit as soon as that is known (A05).
 */
export function bodyReader(rules: BodyRules) {
  return (request: ApiRequest, _response: Response, next: NextFunction): void => {
    const none = request.headers['transfer-encoding'] === undefined && Number(request.headers['content-length'] ?? 0) === 0;
    if (none || request.body !== undefined) {
      next();
      return;
    }
    read(request, rules).then((body) => {
      request.body = body;
      next();
    }, next);
  };
}

async function read(request: ApiRequest, { maxBytes, also = {} }: BodyRules): Promise<JsonValue> {
  const type = request.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const json = /^application\/([a-z0-9.-]+\+)?json$/.test(type);
  if (!json && !Object.hasOwn(also, type)) throw apiProblem('api.unsupported_media_type');
  if (!['identity', undefined].includes(request.get('content-encoding'))) throw apiProblem('api.unsupported_media_type');
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const bytes = await bytesOf(request, maxBytes);
  const body = json ? parse(bytes, maxBytes) : (also[type]?.(bytes) ?? null);
  const errors: FieldProblem[] = [];
  inspect(body, '', errors);
  if (errors.length > 0) throw apiProblem('api.invalid_body', { errors });
  return body;
}

/** At most `maxBytes` are ever held; the rest of a larger body is read past until the answer is out and the connection closed. */
function bytesOf(request: ApiRequest, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      reject(tooLarge(maxBytes));
    });
    request.once('end', () => {
      resolve(Buffer.concat(chunks));
    });
    for (const lost of ['error', 'aborted'])
      request.once(lost, () => {
        reject(apiProblem('api.not_json', { detail: 'The body ended before it was whole.' }));
      });
  });
}

const tooLarge = (maxBytes: number) => apiProblem('api.too_large', { detail: `A body may have ${maxBytes / KIB} KiB.` });

function parse(bytes: Uint8Array, maxBytes: number): JsonValue {
  try {
    return readJson(bytes, { maxBytes, maxDepth: MAX_DEPTH });
  } catch (error) {
    if (error instanceof JsonRefused) throw apiProblem('api.not_json', { detail: WORDS[error.code] });
    throw error;
  }
}

const WORDS: Readonly<Record<JsonRefused['code'], string>> = {
  not_json: 'The body is not JSON.',
  not_utf8: 'The body is not UTF-8.',
  too_deep: `The body is nested deeper than ${MAX_DEPTH} levels.`,
  too_large: 'The body is too large.',
  duplicate_member: 'A member stands twice in one object.',
  proto_member: 'A member is named __proto__.',
};

function inspect(value: JsonValue, pointer: string, errors: FieldProblem[]): void {
  if (errors.length >= MAX_ERRORS) return;
  if (typeof value === 'string') {
    if (UNREADABLE.test(value)) errors.push({ pointer, code: 'unreadable_character', detail: 'Holds a control or direction character.' });
  } else if (Array.isArray(value)) {
    value.forEach((item: JsonValue, index) => {
      inspect(item, `${pointer}/${index}`, errors);
    });
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      if (INHERITED.has(name) || UNREADABLE.test(name))
        errors.push({ pointer, code: 'unknown_member', detail: 'Has a member with a name that is not taken.' });
      else inspect(member, `${pointer}/${escaped(name)}`, errors);
    }
  }
}

/** A member's name in an RFC 6901 pointer. */
export function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
