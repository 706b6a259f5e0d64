import { retryAfterMs, type Exchange } from '@registrar/dcr';
import type { GateSign } from '@registrar/ehrs';
import type { Change } from './change.js';

/** Not reached, through no fault of the address: what the server's state explains. */
const UNREACHED = new Set(['dns_failed', 'connect_failed', 'tls_failed', 'timeout', 'connection_lost']);
/** Waits that are over when the server is there again. */
const FOR_SERVER = new Set(['ehr_unreachable', 'ehr_slow']);

/** How long a server asks to be left alone by an answer that is an error of its own (503 with Retry-After), in milliseconds. */
export function pauseOf(exchange: Exchange, now: Date): number | undefined {
  return exchange.status === 503 ? retryAfterMs(exchange.headers, now) : undefined;
}

/** An exchange whose holder died shows nothing of the server: our crash must not open a sound server's breaker (I9). */
export function seenIn(exchange: Exchange, change: Change): Change {
  const { settledAttempt } = change;
  const seen = exchange.kind === 'answered' || exchange.failure !== undefined;
  return seen || !settledAttempt ? change : { ...change, settledAttempt: { ...settledAttempt, unseen: true } };
}

/** What a change shows of its server, by budget: read off what it writes, so no step can forget to say it. */
export function signsOf(change: Change): GateSign[] {
  const { authorizationServerId } = change;
  const registration = registrationSign(change);
  const token = tokenSign(change);
  return [
    ...(registration ? [{ authorizationServerId, budget: 'registration' as const, ...registration }] : []),
    ...(token ? [{ authorizationServerId, budget: 'token' as const, ...token }] : []),
  ];
}

/** Whether what comes next waits for nothing but the server. */
export function waitsForServer({ operation }: Change): boolean {
  return operation.waiting !== undefined && FOR_SERVER.has(operation.waiting.reason);
}

type Sign = Pick<GateSign, 'sign' | 'askedMs'>;

function registrationSign({ settledAttempt: attempt, gate }: Change): Sign | undefined {
  if (gate?.reason === 'rate_limited' && gate.budget === 'registration') return { sign: 'paused', askedMs: gate.shutForMs };
  if (!attempt || attempt.unseen) return undefined;
  if (attempt.pauseMs !== undefined) return { sign: 'paused', askedMs: attempt.pauseMs };
  if (attempt.upstreamStatus !== undefined) return { sign: attempt.upstreamStatus >= 500 ? 'failed' : 'well' };
  if (attempt.status === 'not_sent') return UNREACHED.has(String(attempt.outcome?.['code'])) ? { sign: 'failed' } : undefined;
  return attempt.status === 'unknown' ? { sign: 'failed' } : undefined;
}

function tokenSign({ registration, operation, next }: Change): Sign | undefined {
  if (registration.proof !== undefined) return { sign: 'well' };
  const forToken = typeof next === 'object' && next.budget === 'token';
  return forToken && operation.waiting?.reason === 'ehr_unreachable' ? { sign: 'failed' } : undefined;
}
