import { OutboundFailure, type Outbound, type OutboundResponse } from '@registrar/outbound';
import type { DiscoveredDocument, DiscoveryInput, DocumentProblem } from './discovery-result.js';
import type { Candidate } from './discovery-urls.js';
import type { JsonObject } from './json-value.js';
import { storable } from './storable.js';
import { JsonRefused, readJson } from './strict-json.js';

const DEADLINE_MS = 15_000;
const MAX_BYTES = 1024 * 1024;
const MAX_DEPTH = 12;

/** A document with what it says, where it may be believed. */
export interface ReadDocument extends DiscoveredDocument {
  readonly members?: JsonObject;
}

/** Asks for one document; at most two redirects, on the same origin. Never throws for what a server does. */
export async function fetchDocument({ kind, url }: Candidate, outbound: Outbound, input: DiscoveryInput): Promise<ReadDocument> {
  if (!input.allowLoopbackHttp && url.startsWith('http:')) return { kind, url, found: false, problem: 'invalid_url' };
  try {
    const response = await outbound.request({
      method: 'GET',
      url,
      headers: { accept: 'application/json' },
      deadlineMs: DEADLINE_MS,
      maxBytes: MAX_BYTES,
      connection: 'reuse',
      followRedirects: 2,
      ...(input.partition === undefined ? {} : { partition: input.partition }),
    });
    const said = read(response);
    const { status } = response;
    return typeof said === 'string'
      ? { kind, url, status, found: false, problem: said }
      : { kind, url, status, found: true, members: said };
  } catch (error) {
    if (!(error instanceof OutboundFailure)) throw error;
    return { kind, url, ...(error.status === undefined ? {} : { status: error.status }), found: false, problem: error.code };
  }
}

/** What an answer says, or why it says nothing. The content type decides nothing: it is wrong too often. */
function read({ status, body }: OutboundResponse): JsonObject | DocumentProblem {
  if (status === 404 || status === 410 || status === 204) return 'absent';
  if (status >= 500) return 'server_error';
  if (status !== 200) return 'refused';
  try {
    const value = storable(readJson(body, { maxBytes: MAX_BYTES, maxDepth: MAX_DEPTH }));
    return isObject(value) ? value : 'not_object';
  } catch (error) {
    if (!(error instanceof JsonRefused)) throw error;
    return looksLikeMarkup(body) ? 'html' : error.code;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function looksLikeMarkup(body: Uint8Array): boolean {
  return /^\s*</.test(new TextDecoder().decode(body.subarray(0, 256)));
}
