import type { Clock } from '@registrar/clock';
import type { Outbound, RequestWatch } from '@registrar/outbound';
import type { Secret } from '@registrar/secret';
import type { Exchange } from './exchange.js';
import { exchange } from './exchange-send.js';
import { managementUriRefusal, type ManagementUriRefusal } from './management-uri.js';
import { MAX_ANSWER_BYTES } from './strict-json.js';

/** What a client is managed with, as it was issued: the URI and the token of one answer, and the endpoint that it came from. */
export interface ManagementParts {
  readonly registrationClientUri: string;
  readonly registrationAccessToken: Secret;
  /** As it is known now: the origin that the URI must have. */
  readonly registrationEndpoint: string;
}

/** One request to a registration client URI. */
export interface ManagementCall {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Secret;
  /** From the first look-up of the name to the last byte of the answer; long, for a lost answer may cost the token (B-13). */
  readonly deadlineMs: number;
  readonly partition: string;
  readonly watch?: RequestWatch;
}

let open: (managed: ManagedClient) => ManagementParts;

/**
 * A client that can be managed: one registration client URI with the registration access token that came with it (B-01). The
 * two are put together here and never taken apart again, so that no token can be sent to the URI of another client, which some
 * servers answer by destroying it. It shows neither.
 */
export class ManagedClient {
  readonly #parts: ManagementParts;

  private constructor(parts: ManagementParts) {
    this.#parts = parts;
  }

  static {
    open = (managed) => managed.#parts;
  }

  /** Puts the two together, or says why the token may not be sent there: another origin, plain http, no usable address (A-38, T7). */
  static of(parts: ManagementParts): ManagedClient | ManagementUriRefusal {
    return managementUriRefusal(parts.registrationClientUri, parts.registrationEndpoint) ?? new ManagedClient({ ...parts });
  }
}

/**
 * Sends one request to the client's own URI, the token in its header and nowhere else: on a connection of its own, no redirect
 * followed, nothing cached, never sent again from here (A-40, B-13).
 */
export function sendManaged(outbound: Outbound, clock: Clock, managed: ManagedClient, call: ManagementCall): Promise<Exchange> {
  const { registrationClientUri, registrationAccessToken } = open(managed);
  return exchange(outbound, clock, {
    method: call.method,
    url: registrationClientUri,
    headers: {
      accept: 'application/json',
      'cache-control': 'no-store',
      ...call.headers,
      authorization: `Bearer ${registrationAccessToken.expose()}`,
    },
    ...(call.body === undefined ? {} : { body: call.body.expose() }),
    deadlineMs: call.deadlineMs,
    maxBytes: MAX_ANSWER_BYTES,
    connection: 'fresh',
    followRedirects: 0,
    partition: call.partition,
    ...(call.watch && { watch: call.watch }),
  });
}
