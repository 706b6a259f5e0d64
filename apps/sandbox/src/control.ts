import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { VendorHandle } from './command.js';
import { CONTROL_CALLS } from './control-calls.js';

/** The control port: the truth about every vendor, and the faults that a test sets. Registrar never calls it. */
export async function startControl(
  vendors: readonly VendorHandle[],
  { bind, port }: { readonly bind: string; readonly port: number },
): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => {
    void handle(vendors, request).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, bind, resolve);
  });
  return { server, port: (server.address() as AddressInfo).port };
}

async function handle(vendors: readonly VendorHandle[], request: IncomingMessage): Promise<[number, unknown]> {
  const method = request.method ?? 'GET';
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://control');
  const call = CONTROL_CALLS[`${method} ${pathname}`];
  if (!call) return [404, { error: `There is no ${method} ${pathname} here.` }];
  try {
    const asked: unknown = method === 'POST' ? JSON.parse((await text(request)) || '{}') : Object.fromEntries(searchParams);
    return await call(vendors, asked);
  } catch (error) {
    return [error instanceof z.ZodError || error instanceof SyntaxError ? 400 : 500, { error: String(error) }];
  }
}
