import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answer, certificate, listen, type LoopbackServer } from './loopback-server.spec.js';
import { createOutbound, OutboundFailure, type LookupFn, type Outbound } from './index.js';

const lookup: LookupFn = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
const made = certificate('as.example');
let good: LoopbackServer;
let old: LoopbackServer;
const outbounds: Outbound[] = [];

beforeAll(async () => {
  const say: Parameters<typeof listen>[0] = (socket) => socket.end(answer('secret place'));
  good = await listen(say, made);
  old = await listen(say, { ...made, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
});
afterAll(() => Promise.all([good.close(), old.close(), ...outbounds.map((outbound) => outbound.close())]));

function call(host: string, port: number, extraCa: readonly string[]): Promise<string> {
  const outbound = createOutbound({ allow: ['127.0.0.0/8', host], lookup, extraCa });
  outbounds.push(outbound);
  return outbound
    .request({ method: 'GET', url: `https://${host}:${port}/`, deadlineMs: 3_000, maxBytes: 100, connection: 'fresh' })
    .then((response) => Buffer.from(response.body).toString())
    .catch((error: unknown) =>
      error instanceof OutboundFailure ? `${error.code} ${error.phase} ${error.reason ?? ''}`.trim() : Promise.reject(error as Error),
    );
}

describe('TLS (U26, K-74)', () => {
  it('a certificate of a known authority, with the right name', async () => {
    expect(await call('as.example', good.port, [made.cert])).toBe('secret place');
  });

  it('self-signed', async () => {
    expect(await call('as.example', good.port, [])).toBe('tls_failed before_send DEPTH_ZERO_SELF_SIGNED_CERT');
    expect(good.received().match(/GET/g)).toHaveLength(1);
  });

  it('self-signed, also where the process was told not to verify', async () => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      expect(await call('as.example', good.port, [])).toContain('tls_failed before_send');
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    }
  });

  it('the name of another host', async () => {
    expect(await call('other.example', good.port, [made.cert])).toBe('tls_failed before_send ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await call('127.0.0.1', good.port, [made.cert])).toBe('tls_failed before_send ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('expired', async () => {
    const expired = certificate('as.example', true);
    const server = await listen((socket) => socket.end(answer('x')), expired);
    expect(await call('as.example', server.port, [expired.cert])).toBe('tls_failed before_send CERT_HAS_EXPIRED');
    await server.close();
  });

  it('TLS 1.1', async () => {
    expect(await call('as.example', old.port, [made.cert])).toContain('tls_failed before_send');
  });

  it('offers TLS 1.3 and 1.2 and nothing older', async () => {
    const hello: Buffer[] = [];
    const server = await listen((socket, bytes) => {
      hello.push(Buffer.from(bytes, 'latin1'));
      socket.destroy();
    });
    expect(await call('as.example', server.port, [])).toContain('tls_failed before_send');
    // RFC 8446 section 4.2.1: extension 43, its length, the list's length, the versions.
    expect(Buffer.concat(hello).toString('hex')).toContain('002b' + '0005' + '04' + '0304' + '0303');
    await server.close();
  });
});
