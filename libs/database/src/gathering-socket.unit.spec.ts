import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { GatheringSocket } from './gathering-socket.js';

class CountedSocket extends GatheringSocket {
  flushes = 0;

  override _writev(chunks: { chunk: unknown; encoding: BufferEncoding }[], callback: (error?: Error | null) => void): void {
    this.flushes += 1;
    super._writev?.(chunks, callback);
  }
}

it('sends what was corked in one turn together, in its order (performance.md, rule 4)', async () => {
  const received: Buffer[] = [];
  const server = createServer((peer) => peer.on('data', (bytes) => received.push(bytes)).on('end', () => peer.end())).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  const socket = new CountedSocket();
  socket.connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  for (const statement of ['first', 'second', 'third']) {
    socket.cork();
    socket.write(`parse ${statement};`);
    socket.write(`execute ${statement};`);
    socket.uncork();
  }
  expect(socket.flushes).toBe(0);
  socket.end('end');
  await once(socket.resume(), 'close');
  expect(socket.flushes).toBe(1);
  expect(Buffer.concat(received).toString()).toBe('parse first;execute first;parse second;execute second;parse third;execute third;end');
  server.close();
});
