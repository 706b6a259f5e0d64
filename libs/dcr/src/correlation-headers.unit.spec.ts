import { Secret } from '@registrar/secret';
import { describe, expect, it } from 'vitest';
import { correlationHeaders } from './correlation-headers.js';

const body = (value: unknown) => Buffer.from(JSON.stringify(value));

describe('what names an answer at the vendor', () => {
  it('is kept, and no other header', () => {
    const headers = {
      'x-request-id': 'a-1',
      'cf-ray': '8f',
      date: 'Mon, 23 Nov 2026 09:00:00 GMT',
      'set-cookie': 'session=1',
      etag: '"1"',
    };
    const kept = { 'x-request-id': 'a-1', 'cf-ray': '8f', date: headers.date };
    expect(correlationHeaders({ headers }, [])).toEqual(kept);
    expect(correlationHeaders({ headers: { server: 'x' } }, [])).toBeUndefined();
    expect(correlationHeaders({}, [])).toBeUndefined();
  });

  it('holds no credential that was sent or issued, and nothing unprintable (K-55)', () => {
    const headers = { 'x-request-id': 'for canary-sent and canary-issued\u202e\u0007', traceparent: 'x'.repeat(500) };
    const answer = { headers, body: body({ registration_access_token: 'canary-issued', client_id: 'c' }) };
    const shown = correlationHeaders(answer, [Secret.of('canary-sent')]);
    expect(shown?.['x-request-id']).toBe('for [redacted] and [redacted]');
    expect(shown?.traceparent).toHaveLength(200);
    expect(correlationHeaders({ headers, body: Buffer.from('{not json') }, [])).toBeDefined();
  });
});
