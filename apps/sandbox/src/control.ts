import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { CommandName, Commands, VendorHandle } from './command.js';
import { faultSchema } from './fault.js';

const expirySchema = z.strictObject({ vendor: z.string().optional(), hospital: z.string().optional(), client_id: z.string().optional() });
const removalSchema = z.strictObject({ vendor: z.string().optional(), hospital: z.string().optional(), client_id: z.string() });

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
  const path = new URL(request.url ?? '/', 'http://control').pathname;
  try {
    switch (`${request.method ?? 'GET'} ${path}`) {
      case 'GET /servers':
        return [200, await all(vendors, 'servers')];
      case 'GET /ledger':
        return [200, await all(vendors, 'ledger')];
      case 'GET /requests':
        return [200, await all(vendors, 'request_counts')];
      case 'GET /requests/recent':
        return [200, (await all(vendors, 'recent_requests')).sort((a, b) => a.at.localeCompare(b.at))];
      case 'GET /faults':
        return [200, await all(vendors, 'faults')];
      case 'POST /faults':
        return await addFault(vendors, await body(request, faultSchema));
      case 'DELETE /faults':
        await Promise.all(vendors.map((vendor) => vendor.ask('clear_faults', {})));
        return [200, { cleared: true }];
      case 'POST /expire-secrets':
        return await expireSecrets(vendors, await body(request, expirySchema));
      case 'POST /remove-clients':
        return await removeClients(vendors, await body(request, removalSchema));
      default:
        return [404, { error: `There is no ${request.method ?? ''} ${path} here.` }];
    }
  } catch (error) {
    return [error instanceof z.ZodError || error instanceof SyntaxError ? 400 : 500, { error: String(error) }];
  }
}

async function all<C extends Exclude<CommandName, 'add_fault' | 'clear_faults' | 'expire_secrets' | 'remove_clients'>>(
  vendors: readonly VendorHandle[],
  command: C,
): Promise<Commands[C]['answers'][number][]> {
  return (await Promise.all(vendors.map((vendor) => vendor.ask(command, {})))).flat();
}

async function addFault(vendors: readonly VendorHandle[], fault: z.infer<typeof faultSchema>): Promise<[number, unknown]> {
  const hit = named(vendors, fault.vendor);
  if (hit.length === 0) return [404, { error: `There is no vendor ${fault.vendor ?? ''} here.` }];
  // `times` counts for each vendor: without a name, each of them fails as often.
  await Promise.all(hit.map((vendor) => vendor.ask('add_fault', { fault })));
  return [201, fault];
}

async function expireSecrets(vendors: readonly VendorHandle[], asks: z.infer<typeof expirySchema>): Promise<[number, unknown]> {
  const { vendor, ...which } = asks;
  const counts = await Promise.all(named(vendors, vendor).map((each) => each.ask('expire_secrets', which)));
  return [200, { expired: counts.reduce((sum, count) => sum + count, 0) }];
}

async function removeClients(vendors: readonly VendorHandle[], asks: z.infer<typeof removalSchema>): Promise<[number, unknown]> {
  const { vendor, ...which } = asks;
  const counts = await Promise.all(named(vendors, vendor).map((each) => each.ask('remove_clients', which)));
  return [200, { removed: counts.reduce((sum, count) => sum + count, 0) }];
}

function named(vendors: readonly VendorHandle[], name: string | undefined): readonly VendorHandle[] {
  return name === undefined ? vendors : vendors.filter((vendor) => vendor.name === name);
}

async function body<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  return schema.parse(JSON.parse((await text(request)) || '{}'));
}
