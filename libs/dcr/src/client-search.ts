import type { Clock } from '@registrar/clock';
import type { Outbound } from '@registrar/outbound';
import type { Secret } from '@registrar/secret';
import { labelFindings } from './answer-object.js';
import { exchange } from './exchange-send.js';
import { isUsableClientId, readIssuedClient } from './issued-client-read.js';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.js';
import type { ClientMetadata } from './client-metadata.js';
import type { RegistrationOutcome } from './registration-answer-outcome.js';
import { JsonRefused, MAX_ANSWER_BYTES, MAX_JSON_DEPTH, readJson } from './strict-json.js';

/** One look for clients whose name begins so. */
export interface ClientSearch {
  /** The registration endpoint: the list is there (H-30 c2). */
  readonly endpoint: string;
  readonly initialAccessToken: Secret;
  readonly nameBegins: string;
  readonly deadlineMs: number;
  readonly partition: string;
}

/** A client as a list shows it: no secret, no token. */
export type ListedClient = JsonObject & { readonly client_id: string };

export type SearchOutcome =
  { readonly kind: 'listed'; readonly clients: readonly ListedClient[] } | { readonly kind: 'unavailable'; readonly status?: number };

/**
 * Asks an administrator's list for the clients whose name begins so. It changes nothing, so it is no attempt; the token goes to the
 * registration endpoint and nowhere else. Never throws, on whatever bytes: what is no whole list of clients is `unavailable`.
 */
export async function searchClients(outbound: Outbound, clock: Clock, search: ClientSearch): Promise<SearchOutcome> {
  const url = new URL(search.endpoint);
  url.searchParams.set('q', search.nameBegins);
  const answer = await exchange(outbound, clock, {
    method: 'GET',
    url: url.href,
    headers: { accept: 'application/json', authorization: `Bearer ${search.initialAccessToken.expose()}` },
    deadlineMs: search.deadlineMs,
    maxBytes: MAX_ANSWER_BYTES,
    connection: 'fresh',
    followRedirects: 0,
    partition: search.partition,
  });
  const { status } = answer;
  if (answer.kind !== 'answered' || status !== 200) return { kind: 'unavailable', ...(status === undefined ? {} : { status }) };
  const clients = listOf(answer.body ?? new Uint8Array(0));
  return clients ? { kind: 'listed', clients } : { kind: 'unavailable', status };
}

function listOf(body: Uint8Array): ListedClient[] | undefined {
  let value: JsonValue;
  try {
    value = readJson(body, { maxBytes: MAX_ANSWER_BYTES, maxDepth: MAX_JSON_DEPTH });
  } catch (error) {
    if (error instanceof JsonRefused) return undefined;
    throw error;
  }
  if (!Array.isArray(value)) return undefined;
  const clients = (value as readonly JsonValue[]).filter(isListed);
  return clients.length === value.length ? clients : undefined;
}

function isListed(value: JsonValue): value is ListedClient {
  return isJsonObject(value) && isUsableClientId(value['client_id']);
}

/** A client that was found as the answer to its registration would have shown it, less what only that answer held. */
export function foundClient(
  listed: ListedClient,
  context: { readonly sent: ClientMetadata; readonly endpoint: string; readonly now: Date },
): Extract<RegistrationOutcome, { kind: 'accepted' }> {
  const findings = labelFindings({ headers: { 'content-type': 'application/json', 'cache-control': 'no-store' } });
  return { kind: 'accepted', client: readIssuedClient(listed, { ...context, secrets: [] }, findings), findings };
}
