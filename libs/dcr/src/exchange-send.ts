import type { Clock } from '@registrar/clock';
import { OutboundFailure, type Outbound, type OutboundRequest } from '@registrar/outbound';
import type { Exchange } from './exchange.js';

/**
 * Sends one request and tells what happened, without judging it: this never throws an `OutboundFailure`. Whether bytes may have
 * left is what libs/outbound saw, never a guess from the kind of failure.
 */
export async function exchange(outbound: Outbound, clock: Clock, request: OutboundRequest): Promise<Exchange> {
  const { method, url } = request;
  const sentAt = clock.now();
  try {
    const answer = await outbound.request(request);
    const { status, headers, body, localAddress } = answer;
    return {
      kind: 'answered',
      method,
      url,
      status,
      headers,
      body,
      sentAt,
      finishedAt: clock.now(),
      ...(localAddress === undefined ? {} : { localAddress }),
    };
  } catch (error) {
    if (!(error instanceof OutboundFailure)) throw error;
    return {
      kind: error.phase === 'before_send' ? 'not_sent' : 'lost',
      method,
      url,
      failure: error.code,
      sentAt,
      finishedAt: clock.now(),
      ...(error.status === undefined ? {} : { status: error.status }),
      ...(error.headers === undefined ? {} : { headers: error.headers }),
      ...(error.localAddress === undefined ? {} : { localAddress: error.localAddress }),
    };
  }
}
