import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/** Stands between a program and its server, at one address whatever becomes of the server. */
export interface TcpProxy {
  readonly port: number;
  /** Where new connections go from now on. */
  retarget(port: number): void;
  /**
   * The next times that a client's bytes match, the server gets them, its answer is dropped, and the connection is cut: it has done
   * what it was asked for, and nobody hears of it.
   */
  dropAnswerTo(pattern: RegExp, times: number): void;
  /** How often that has happened. */
  readonly dropped: number;
  close(): Promise<void>;
}

export async function startTcpProxy(target: number): Promise<TcpProxy> {
  let [to, left, dropped] = [target, 0, 0];
  let wanted: RegExp | undefined;
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port: to, host: '127.0.0.1', noDelay: true });
    let dropping = false;
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        open.delete(socket);
        end();
      });
    }
    client.on('data', (bytes) => {
      if (!dropping && left > 0 && wanted?.test(bytes.toString('latin1'))) {
        left -= 1;
        dropping = true;
      }
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (!dropping) client.write(bytes);
      else {
        dropped += 1;
        end();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    retarget: (port) => {
      to = port;
    },
    dropAnswerTo: (pattern, times) => {
      [wanted, left] = [pattern, times];
    },
    get dropped() {
      return dropped;
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
