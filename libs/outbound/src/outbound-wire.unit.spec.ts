import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { answer, listen, type LoopbackServer } from './loopback-server.spec.js';
import { createOutbound, OutboundFailure, type OutboundRequest, type OutboundResponse } from './index.js';

const outbound = createOutbound({ allow: ['127.0.0.0/8', '::1'], userAgent: 'Registrar/test' });
const servers: LoopbackServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
afterAll(() => outbound.close());

type Say = Parameters<typeof listen>[0];
async function serve(say: Say, host?: string): Promise<LoopbackServer> {
  const server = await listen(say, undefined, host);
  servers.push(server);
  return server;
}
function send(url: string, more: Partial<OutboundRequest> = {}): Promise<OutboundResponse> {
  return outbound.request({ method: 'GET', url, deadlineMs: 3_000, maxBytes: 1_000, connection: 'fresh', ...more });
}
async function failureOf(promise: Promise<unknown>): Promise<OutboundFailure> {
  const failure = await promise.catch((error: unknown) => error);
  if (failure instanceof OutboundFailure) return failure;
  throw new Error(`expected an OutboundFailure, got ${String(failure)}`);
}

describe('a request on the wire', () => {
  it('says who asks, wants no compression and ends a fresh connection', async () => {
    const server = await serve((socket) => socket.write(answer('{}', { 'X-A': '1' })));
    const response = await send(`${server.url}/register?x=1`, {
      method: 'POST',
      body: '{"a":1}',
      headers: { 'Content-Type': 'application/json', Authorization: 'Bearer t' },
    });
    expect(server.received()).toBe(
      `POST /register?x=1 HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\nconnection: close\r\nuser-agent: Registrar/test\r\n` +
        'content-type: application/json\r\nauthorization: Bearer t\r\naccept-encoding: identity\r\ncontent-length: 7\r\n\r\n{"a":1}',
    );
    expect(response.headers['x-a']).toBe('1');
    expect(response.elapsedMs).toBeGreaterThan(0);
  });

  it.each([201, 304, 400, 401, 500, 503].map(String))('status %s is an answer', async (status) => {
    const server = await serve((socket) => socket.end(`HTTP/1.1 ${status} X\r\nContent-Length: 0\r\n\r\n`));
    expect((await send(server.url)).status).toBe(Number(status));
  });

  it('joins headers of one name, and takes any name without harm', async () => {
    const raw = 'HTTP/1.1 200 OK\r\nA: 1\r\na: 2\r\n__proto__: x\r\nconstructor: y\r\nContent-Length: 2\r\n\r\nok';
    const server = await serve((socket) => socket.end(raw));
    const { headers } = await send(server.url);
    expect(headers).toMatchObject({ a: '1, 2', constructor: 'y' });
    expect(Object.getPrototypeOf(headers)).toBe(Object.prototype);
  });

  it.each([
    { Host: 'evil.example' },
    { 'Transfer-Encoding': 'chunked' },
    { 'Content-Length': '5' },
    { 'Accept-Encoding': 'gzip' },
    { Connection: 'upgrade' },
    { 'x-a': 'a\r\nb: c' },
    { 'x-a\r\nb': 'c' },
  ])('refuses to send %j', async (headers) => {
    expect(await failureOf(send('http://127.0.0.1:9/', { headers }))).toMatchObject({
      code: 'invalid_url',
      phase: 'before_send',
    });
  });

  it('tries the next address of a name when the first is down', async () => {
    const server = await serve((socket) => socket.end(answer('six')), '::1');
    const addresses = ['127.0.0.1', '::1'].map((address) => ({ address, family: address === '::1' ? 6 : 4 }));
    const two = createOutbound({ allow: ['127.0.0.0/8', '::1'], lookup: () => Promise.resolve(addresses) });
    const url = `http://localhost:${server.port}/`;
    const response = await two.request({ method: 'GET', url, deadlineMs: 2_000, maxBytes: 9, connection: 'fresh' });
    expect(Buffer.from(response.body).toString()).toBe('six');
  });
});

describe('an answer that is none: after the send (U01, U16-U18, U27, K-54)', () => {
  const cases: [string, Say, string][] = [
    ['headers never', () => undefined, 'timeout'],
    ['FIN before headers', (socket) => socket.end(), 'connection_lost'],
    ['FIN in the headers', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-'), 'connection_lost'],
    ['FIN in the body', (socket) => socket.end('HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\n{"client_id"'), 'connection_lost'],
    ['FIN in a chunk', (socket) => socket.end('HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{"cl'), 'connection_lost'],
    ['RST before headers', (socket) => socket.resetAndDestroy(), 'connection_lost'],
    [
      'gzip',
      (socket) =>
        socket.end(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n'), gzipSync('x'.repeat(9_000))])),
      'unexpected_encoding',
    ],
    ['br, br', (socket) => socket.end(answer('x', { 'Content-Encoding': Array(1_000).fill('br').join(', ') })), 'unexpected_encoding'],
    [
      'transfer gzip',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'),
      'unexpected_encoding',
    ],
    ['a body too large, announced', (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2000000000\r\n\r\nx'), 'too_large'],
    ['a body too large, unannounced', (socket) => socket.write(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(1_001)}`), 'too_large'],
    ['64 KiB of one header', (socket) => socket.write(`HTTP/1.1 200 OK\r\nA: ${'x'.repeat(65_536)}\r\n\r\n`), 'too_large'],
    ['100,000 headers', (socket) => socket.write(`HTTP/1.1 200 OK\r\n${'a: 1\r\n'.repeat(100_000)}\r\n`), 'too_large'],
    ['another protocol', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'), 'malformed_response'],
    ['an upgrade', (socket) => socket.end('HTTP/1.1 101 Go\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n'), 'connection_lost'],
  ];
  it.each(cases)('%s', async (_, say, code) => {
    const server = await serve(say);
    const failure = await failureOf(send(server.url, { method: 'POST', body: 'x', deadlineMs: 300 }));
    expect(failure).toMatchObject({ code, phase: 'after_send', localAddress: '127.0.0.1' });
    expect(server.connections).toHaveLength(1);
  });

  it('RST after the headers: the status is known', async () => {
    const server = await serve((socket) => {
      socket.write('HTTP/1.1 201 Created\r\nContent-Length: 50\r\nX-A: 1\r\n\r\n{');
      setTimeout(() => socket.resetAndDestroy(), 30);
    });
    const failure = await failureOf(send(server.url, { method: 'POST', body: 'x' }));
    expect(failure).toMatchObject({ code: 'connection_lost', phase: 'after_send', status: 201 });
    expect(failure.headers?.['x-a']).toBe('1');
  });

  it('a slow drip ends at the total deadline', async () => {
    const server = await serve((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n');
      const drip = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => {
        clearInterval(drip);
      });
    });
    const begin = performance.now();
    expect(await failureOf(send(server.url, { deadlineMs: 300 }))).toMatchObject({ code: 'timeout', phase: 'after_send', status: 200 });
    expect(performance.now() - begin).toBeLessThan(900);
  });

  it('endless informational answers end at the total deadline', async () => {
    const server = await serve((socket) => {
      const drip = setInterval(() => socket.write('HTTP/1.1 103 Early\r\nA: b\r\n\r\n'), 5);
      socket.on('close', () => {
        clearInterval(drip);
      });
    });
    expect(await failureOf(send(server.url, { deadlineMs: 200 }))).toMatchObject({ code: 'timeout', phase: 'after_send' });
  });

  it('one answer for one request: what follows it is dropped with the connection', async () => {
    const server = await serve((socket) => socket.write(answer('one') + answer('two')));
    expect(Buffer.from((await send(server.url)).body).toString()).toBe('one');
    await expect.poll(() => server.connections.every((socket) => socket.destroyed || socket.readableEnded)).toBe(true);
  });
});

describe('redirects (K-6, U11)', () => {
  const to =
    (location: string, status = '302 Found'): Say =>
    (socket) =>
      socket.end(answer('', { Location: location }, status));

  it.each(['https://evil.example/register?token=x', 'http://169.254.169.254/latest', '/elsewhere', '//evil.example', ''])(
    'a POST that is sent to %j is not sent again',
    async (location) => {
      const server = await serve(to(location, '307 Temporary Redirect'));
      const failure = await failureOf(send(server.url, { method: 'POST', body: 'x', followRedirects: 2 }));
      expect(failure).toMatchObject({ code: 'redirected', phase: 'after_send', status: 307 });
      expect(JSON.stringify(failure)).not.toContain('token=x');
      expect(server.connections).toHaveLength(1);
    },
  );

  it('a GET follows two on the same origin when asked, not three, and none unasked', async () => {
    const server: LoopbackServer = await serve((socket, request) => {
      const hop = Number(/^GET \/(\d)/.exec(request)?.[1]);
      socket.end(hop === 0 ? answer('there') : answer('', { Location: `${server.url}/${hop - 1}#fragment` }, '301 Moved'));
    });
    const there = await send(`${server.url}/2`, { followRedirects: 2 });
    expect(there).toMatchObject({ url: `${server.url}/0` });
    expect((await failureOf(send(`${server.url}/3`, { followRedirects: 2 }))).code).toBe('redirected');
    expect((await failureOf(send(`${server.url}/1`))).code).toBe('redirected');
  });

  it.each(['http://169.254.169.254/', 'https://127.0.0.1/', 'http://127.0.0.2:1/', 'http://localhost/', 'ftp://x/', 'http://[::1]/'])(
    'a GET does not follow to %s',
    async (location) => {
      const server = await serve(to(location));
      expect((await failureOf(send(server.url, { followRedirects: 2 }))).code).toBe('redirected');
    },
  );

  it('what fails after a redirect counts as sent', async () => {
    const server: LoopbackServer = await serve((socket, request) => {
      if (request.startsWith('GET /a')) socket.end(answer('', { Location: '/b' }, '302 Found'), () => void server.close());
    });
    expect(await failureOf(send(`${server.url}/a`, { followRedirects: 1, deadlineMs: 300 }))).toMatchObject({ phase: 'after_send' });
  });
});

describe('before the send (K-9)', () => {
  it('connection refused', async () => {
    const server = await serve(() => undefined);
    await server.close();
    expect(await failureOf(send(server.url))).toMatchObject({ code: 'connect_failed', phase: 'before_send', reason: 'ECONNREFUSED' });
    expect(await failureOf(send(server.url, { connection: 'reuse' }))).toMatchObject({ code: 'connect_failed', phase: 'before_send' });
  });

  it('a TLS handshake that stalls ends at the deadline', async () => {
    const server = await serve(() => undefined);
    const url = server.url.replace('http:', 'https:');
    expect(await failureOf(send(url, { deadlineMs: 200 }))).toMatchObject({ code: 'timeout', phase: 'before_send' });
    await expect.poll(() => server.connections.every((socket) => socket.readableEnded || socket.destroyed)).toBe(true);
  });

  it('a server that speaks no TLS', async () => {
    const server = await serve((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(await failureOf(send(server.url.replace('http:', 'https:')))).toMatchObject({ code: 'tls_failed', phase: 'before_send' });
  });

  it('after close() nothing leaves', async () => {
    const other = createOutbound({ allow: ['127.0.0.0/8'] });
    const server = await serve((socket) => socket.end(answer('x')));
    await other.close();
    const request = { method: 'GET', url: server.url, deadlineMs: 500, maxBytes: 9, connection: 'reuse' } as const;
    expect(await failureOf(other.request(request))).toMatchObject({ code: 'connect_failed', phase: 'before_send' });
    expect(server.connections).toHaveLength(0);
  });
});
