import type { IncomingMessage } from 'node:http';
import type { Wire } from './client.js';
import type { Premises } from './premises.js';
import { Refusal } from './refusal.js';

/** The JSON object that was sent (RFC 7591 section 3.1). @throws Refusal 400, or 415 for another content type */
export function readMetadata({ behaviour }: Premises, request: IncomingMessage, sent: string): Wire {
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new Refusal(behaviour.wrongContentTypeStatus, 'invalid_request', 'Metadata are sent as application/json.');
  let read: unknown;
  try {
    read = JSON.parse(sent);
  } catch {
    throw new Refusal(400, 'invalid_client_metadata', 'The body is not JSON.');
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read))
    throw new Refusal(400, 'invalid_client_metadata', 'The body is not a JSON object.');
  return read as Wire;
}
