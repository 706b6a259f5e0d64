import type { Clock } from '@registrar/clock';
import type { Outbound, RequestWatch } from '@registrar/outbound';
import type { Secret } from '@registrar/secret';
import type { ClientMetadata } from './client-metadata.js';
import type { Exchange } from './exchange.js';
import { exchange } from './exchange-send.js';
import { MAX_ANSWER_BYTES } from './strict-json.js';

/** One registration to send. */
export interface RegistrationRequest {
  readonly endpoint: string;
  /** Sent as it is; it was linted before. */
  readonly document: ClientMetadata;
  readonly initialAccessToken?: Secret;
  /** From the first look-up of the name to the last byte of the answer. */
  readonly deadlineMs: number;
  readonly partition: string;
  readonly watch?: RequestWatch;
}

/**
 * The client registration request of RFC 7591 section 3.1: one POST on a connection of its own, because a stale
 * kept-alive socket looks like a lost answer. The initial access token goes into the Authorization header and nowhere else;
 * no redirect is followed, so it can reach no other host. Never sent again from here: parse the outcome and decide.
 */
export function sendRegistration(outbound: Outbound, clock: Clock, request: RegistrationRequest): Promise<Exchange> {
  return exchange(outbound, clock, {
    method: 'POST',
    url: request.endpoint,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(request.initialAccessToken ? { authorization: `Bearer ${request.initialAccessToken.expose()}` } : {}),
    },
    body: JSON.stringify(request.document),
    deadlineMs: request.deadlineMs,
    maxBytes: MAX_ANSWER_BYTES,
    connection: 'fresh',
    followRedirects: 0,
    partition: request.partition,
    ...(request.watch && { watch: request.watch }),
  });
}
