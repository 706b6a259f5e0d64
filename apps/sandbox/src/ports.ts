import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The ports that one process listens on; all of them answer alike. */
export class Ports {
  readonly #open: { readonly http: Server; readonly port: number; readonly bind: string }[] = [];

  constructor(private readonly listener: RequestListener) {}

  /** @param port 0 = a free one. Answers which it is. Rejects where it is taken. */
  async open(port: number, bind: string): Promise<number> {
    const http = createServer(this.listener);
    await listen(http, port, bind);
    const taken = (http.address() as AddressInfo).port;
    this.#open.push({ http, port: taken, bind });
    return taken;
  }

  /** Closes all of them, so that connections are refused, or opens the same ones again. */
  async listenAgain(open: boolean): Promise<void> {
    for (const { http, port, bind } of this.#open) {
      if (open && !http.listening) await listen(http, port, bind);
      if (!open && http.listening) await close(http);
    }
  }

  /** Ends at once: exchanges that hang are cut. */
  async close(): Promise<void> {
    await this.listenAgain(false);
  }
}

function listen(http: Server, port: number, bind: string): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, bind, () => {
      http.off('error', reject);
      resolve();
    });
  });
}

async function close(http: Server): Promise<void> {
  const closed = new Promise((resolve) => http.close(resolve));
  http.closeAllConnections();
  await closed;
}
