import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { carryOut } from './carry-out.js';
import type { CommandName, Commands, VendorHandle } from './command.js';
import { FaultBoard } from './fault.js';
import { spoil } from './faulty-exchange.js';
import { Journal } from './journal.js';
import { Ledger } from './ledger.js';
import { RequestLog } from './request-log.js';
import { route } from './route.js';
import type { Route } from './route.js';
import { openSites } from './sites.js';
import type { OpenSite } from './sites.js';
import type { Vendor } from './vendor.js';

/** How one vendor's process is to run. */
export interface VendorOptions {
  /** The host in every URL that is published. */
  readonly host: string;
  /** The address to listen on. */
  readonly bind: string;
  /** 0 = the one of the earlier run in `folder`, or else a free one. */
  readonly port: number;
  /** Names of the hospitals, e.g. `h01`. */
  readonly hospitals: readonly string[];
  /** Added to every registration and token request, in milliseconds. */
  readonly delayMs: number;
  readonly secretTtlSeconds: number;
  /** Where clients and ledger outlive the process; undefined keeps nothing. */
  readonly folder: string | undefined;
}

/** The HTTP server of one vendor: it finds the authorization server by path, counts, applies faults, and lets that server answer. */
export class VendorServer implements VendorHandle {
  readonly #http = createServer((request, response) => {
    this.#handle(request, response);
  });
  readonly #requests = new RequestLog();
  readonly #faults = new FaultBoard();
  readonly #journal: Journal;
  readonly #ledger: Ledger;
  #sites: ReadonlyMap<string, OpenSite> = new Map();
  #paths: ReadonlySet<string> = new Set();
  readonly #sweep = setInterval(() => {
    for (const { site } of this.#sites.values()) site.store.sweep();
  }, 60_000).unref();

  private constructor(
    private readonly vendor: Vendor,
    private readonly options: VendorOptions,
  ) {
    this.#journal = new Journal(options.folder, vendor.name);
    this.#ledger = new Ledger(this.#journal);
  }

  /** Listens and opens every authorization server. Rejects where the port is taken. */
  static async start(vendor: Vendor, options: VendorOptions): Promise<VendorServer> {
    const server = new VendorServer(vendor, options);
    const port = await server.#listen();
    server.#sites = await openSites(vendor, options, { port, journal: server.#journal, ledger: server.#ledger });
    server.#paths = new Set(server.#sites.keys());
    return server;
  }

  get name(): string {
    return this.vendor.name;
  }

  ask<C extends CommandName>(command: C, asks: Commands[C]['asks']): Promise<Commands[C]['answers']> {
    const parts = { vendor: this.vendor, sites: this.#sites, ledger: this.#ledger, requests: this.#requests, faults: this.#faults };
    return Promise.resolve(carryOut(parts, command, asks));
  }

  /** Ends at once: exchanges that hang are cut. */
  async stop(): Promise<void> {
    clearInterval(this.#sweep);
    const closed = new Promise((resolve) => this.#http.close(resolve));
    this.#http.closeAllConnections();
    await closed;
    this.#journal.close();
  }

  async #listen(): Promise<number> {
    const port = this.options.port === 0 ? (this.#journal.port ?? 0) : this.options.port;
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(port, this.options.bind, resolve);
    });
    const taken = (this.#http.address() as AddressInfo).port;
    this.#journal.write({ kind: 'port', port: taken });
    return taken;
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const found = route(request.url ?? '/', this.#paths);
    const open = found && this.#sites.get(found.path);
    if (!found || !open) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not_found"}');
      return;
    }
    const fault = this.#faults.take(open.site.hospital, found.endpoint, request.method ?? 'GET');
    this.#log(request, response, found, open, fault?.kind ?? null);
    const serve = (): void => {
      answer(request, response, found, open);
    };
    if (fault) spoil(fault, response, serve);
    else if (this.options.delayMs > 0 && SLOWED.has(found.endpoint)) setTimeout(serve, this.options.delayMs);
    else serve();
  }

  #log(request: IncomingMessage, response: ServerResponse, found: Route, { site }: OpenSite, fault: string | null): void {
    const record = {
      at: new Date().toISOString(),
      vendor: site.vendor,
      hospital: site.hospital ?? null,
      issuer: site.issuer,
      endpoint: found.endpoint,
      method: request.method ?? 'GET',
      user_agent: request.headers['user-agent'] ?? null,
      status: null as number | null,
      fault,
    };
    this.#requests.add(record);
    response.once('finish', () => {
      record.status = response.statusCode;
    });
  }
}

const SLOWED = new Set(['registration', 'token']);

function answer(request: IncomingMessage, response: ServerResponse, found: Route, { site, server }: OpenSite): void {
  if (found.endpoint === 'smart') {
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'public, max-age=60' });
    response.end(JSON.stringify(server.smartConfiguration));
    return;
  }
  request.url = found.url;
  // oidc-provider takes the path that it is mounted at, and with it every URL that it publishes, from the difference between the two.
  (request as IncomingMessage & { originalUrl?: string }).originalUrl = site.path + found.url;
  server.handle(request, response);
}
