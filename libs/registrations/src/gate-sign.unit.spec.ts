import type { Exchange } from '@registrar/dcr';
import { expect, it } from 'vitest';
import type { Change } from './change.js';
import { seenIn, signsOf } from './gate-sign.js';

const at = new Date(0);
const lost = { kind: 'lost', method: 'POST', url: 'https://as.example/register', sentAt: at, finishedAt: at } as const satisfies Exchange;
const change = {
  authorizationServerId: 'as',
  registration: {},
  operation: {},
  settledAttempt: { id: 'att', status: 'unknown' },
} as unknown as Change;

it('an answer that the server did not give opens its breaker, one that we died over does not (I9)', () => {
  const signs = (exchange: Exchange) => signsOf(seenIn(exchange, change)).map(({ sign }) => sign);
  expect(signs({ ...lost, failure: 'timeout' })).toEqual(['failed']);
  expect(signs({ ...lost, failure: 'connection_lost' })).toEqual(['failed']);
  expect(signs(lost)).toEqual([]);
  expect(signs({ ...lost, kind: 'not_sent' })).toEqual([]);
});
