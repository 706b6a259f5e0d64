import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { OutboundFailure, type OutboundCode } from './outbound-failure.js';
import { reasonOf, resolve, type LookupFn } from './resolve.js';
import type { Target, TargetPolicy } from './target.js';
import type { Transport } from './transport.js';

const CONNECT_MS = 5_000;
const MAX_TRIES = 3;

/** TLS 1.2 or newer, always verified; further authorities are added to the system's, never put in their place. */
export function secureContext(extraCa: readonly string[], client?: Transport['clientCertificate']): SecureContext {
  return createSecureContext({
    minVersion: 'TLSv1.2',
    ...(extraCa.length > 0 && { ca: [...rootCertificates, ...extraCa] }),
    ...(client && { cert: client.certificate, key: client.privateKey.expose() }),
  });
}

export interface Road {
  readonly policy: TargetPolicy;
  readonly lookup: LookupFn;
  readonly context: SecureContext;
}

/**
 * Resolves, judges and connects: the guard sits here and not in a lookup hook, because no lookup is asked for a bare address.
 * The socket is pinned to an address that was judged, and judged once more by what it is really connected with.
 * @throws OutboundFailure, always before_send
 */
export async function connectGuarded(target: Target, road: Road, cancel?: AbortSignal): Promise<Socket> {
  const addresses = await resolve(target, road.policy, road.lookup);
  let failure: OutboundFailure | undefined;
  for (const address of addresses.slice(0, MAX_TRIES)) {
    if (cancel?.aborted === true) throw new OutboundFailure('timeout', 'before_send');
    try {
      const socket = await openTcp(address, target, road.policy, cancel);
      return target.secure ? await openTls(socket, target, road.context, cancel) : socket;
    } catch (error) {
      if (!(error instanceof OutboundFailure)) throw error;
      failure = error;
      // A name with several addresses may have one that is down; anything else would only be worse on the next.
      if (failure.code !== 'connect_failed') break;
    }
  }
  throw failure ?? new OutboundFailure('connect_failed', 'before_send');
}

async function openTcp(address: string, target: Target, policy: TargetPolicy, cancel?: AbortSignal): Promise<Socket> {
  const socket = connectTcp({ host: address, port: target.port, family: isIP(address), noDelay: true, keepAlive: true });
  await ready(socket, 'connect', 'connect_failed', cancel);
  const refusal = policy.refuseAddress(socket.remoteAddress ?? '', target);
  if (refusal === undefined) return socket;
  socket.destroy();
  throw new OutboundFailure(refusal, 'before_send');
}

async function openTls(tcp: Socket, target: Target, context: SecureContext, cancel?: AbortSignal): Promise<Socket> {
  const socket = connectTls({
    socket: tcp,
    host: target.hostname,
    ...(isIP(target.hostname) === 0 && { servername: target.hostname }),
    secureContext: context,
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
  });
  await ready(socket, 'secureConnect', 'tls_failed', cancel);
  return socket;
}

// A failure is made only where it is told: most sockets close long after anybody waits for them.
function ready(socket: Socket, event: 'connect' | 'secureConnect', code: OutboundCode, cancel?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = (): boolean => {
      if (settled) return false;
      settled = true;
      clearTimeout(timer);
      cancel?.removeEventListener('abort', onLate);
      return true;
    };
    const fail = (why: OutboundCode, reason?: string): void => {
      if (!settle()) return;
      socket.destroy();
      reject(new OutboundFailure(why, 'before_send', { reason }));
    };
    const onLate = (): void => {
      fail('timeout');
    };
    const timer = setTimeout(onLate, CONNECT_MS);
    cancel?.addEventListener('abort', onLate);
    socket.once(event, () => {
      if (settle()) resolve();
    });
    // Stays for the life of the socket: an error between two owners must not end the process.
    socket.on('error', (error) => {
      fail(code, reasonOf(error));
    });
    socket.once('close', () => {
      fail(code);
    });
  });
}
