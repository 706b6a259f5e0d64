import { createServer } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { answer, listen, type LoopbackServer } from './loopback-server.spec.js';
import { createOutbound, OutboundFailure, type OutboundRequest, type OutboundResponse } from './index.js';

const outbound = createOutbound({ allow: ['127.0.0.0/8'] });
const servers: LoopbackServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
afterAll(() => outbound.close());

type Say = Parameters<typeof listen>[0];
async function serve(say: Say): Promise<LoopbackServer> {
  const server = await listen(say);
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

describe('connections', () => {
  it('fresh: one each; reused: one, but never over partitions', async () => {
    const server = await serve((socket) => socket.write(answer('x')));
    for (let turn = 0; turn < 3; turn++) await send(server.url);
    expect(server.connections).toHaveLength(3);
    for (let turn = 0; turn < 3; turn++) {
      await send(server.url, { connection: 'reuse', partition: 'ws:a' });
      await setImmediate(); // a connection is free again a turn of the event loop later
    }
    expect(server.connections).toHaveLength(4);
    await send(server.url, { connection: 'reuse', partition: 'ws:b' });
    expect(server.connections).toHaveLength(5);
  });

  it('a keep-alive race: the reused connection ends under the request, which counts as sent and is not sent again', async () => {
    let requests = 0;
    const server = await serve((socket) => {
      requests += 1;
      if (requests === 1) socket.write(answer('x'));
      else socket.resetAndDestroy();
    });
    const more = { connection: 'reuse', method: 'POST', body: '{}' } as const;
    await send(server.url, more);
    expect(await failureOf(send(server.url, more))).toMatchObject({ code: 'connection_lost', phase: 'after_send' });
    expect(requests).toBe(2);
  });

  it('a request that waits for a reused connection past its deadline is never written', async () => {
    let accept = (): void => undefined;
    const gate = new Promise<void>((resolve) => (accept = resolve));
    const server = await serve((socket) => socket.write(answer('x')));
    const addresses = gate.then(() => [{ address: '127.0.0.1', family: 4 }]);
    const slow = createOutbound({ allow: ['127.0.0.0/8'], lookup: () => addresses });
    const request = { method: 'POST', url: `http://localhost:${server.port}/`, deadlineMs: 100, maxBytes: 9, connection: 'reuse' } as const;
    expect(await failureOf(slow.request(request))).toMatchObject({ code: 'timeout', phase: 'before_send' });
    accept();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(server.received()).toBe('');
    await slow.close();
  });

  it('close() ends what is in flight, fresh and reused', async () => {
    const other = createOutbound({ allow: ['127.0.0.0/8'] });
    const server = await serve(() => undefined);
    const base = { method: 'GET', url: server.url, deadlineMs: 5_000, maxBytes: 9 } as const;
    const pending = [
      failureOf(other.request({ ...base, connection: 'fresh' })),
      failureOf(other.request({ ...base, connection: 'reuse' })),
    ];
    await expect.poll(() => server.received().match(/GET/g)?.length).toBe(2);
    await other.close();
    expect((await Promise.all(pending)).map(({ code, phase }) => `${code} ${phase}`)).toEqual(Array(2).fill('connection_lost after_send'));
  });

  it('keeps a bounded number of pools', async () => {
    const closed: number[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => socket.write(answer('x')));
      socket.on('close', () => closed.push(1));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    for (let index = 0; index < 260; index++) await send(url, { connection: 'reuse', partition: String(index) });
    await expect.poll(() => closed.length).toBeGreaterThanOrEqual(4);
    expect(closed.length).toBeLessThan(200);
    await outbound.close();
    await new Promise((resolve) => server.close(resolve));
  });
});
