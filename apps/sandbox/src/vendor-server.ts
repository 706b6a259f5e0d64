import type { IncomingMessage, ServerResponse } from 'node:http';
import { carryOut } from './carry-out.js';
import type { CommandName, Commands, VendorHandle } from './command.js';
import { FaultBoard, isTwist } from './fault.js';
import type { Fault } from './fault.js';
import { spoil } from './faulty-exchange.js';
import { Journal } from './journal.js';
import { Ledger } from './ledger.js';
import { Ports } from './ports.js';
import { RequestLog } from './request-log.js';
import { route } from './route.js';
import type { Route } from './route.js';
import { SandboxClock } from './sandbox-clock.js';
import type { ProductName } from './simulator/product-names.js';
import { openSites } from './sites.js';
import type { OpenSite } from './sites.js';
import type { ProcessName } from './vendor-names.js';
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
  /** What the simulator's process simulates. */
  readonly simulate: readonly ProductName[];
  /** Where clients and ledger outlive the process; undefined keeps nothing. */
  readonly folder: string | undefined;
}

/** What one process runs: the servers of one vendor, or those of every product that is simulated. */
export interface House {
  readonly name: ProcessName;
  readonly vendors: readonly Vendor[];
}

const KEPT_REQUESTS = { vendor: 2000, simulator: 50_000 };

/** The HTTP server of one process: it finds the authorization server by path, counts, applies faults, and lets that server answer. */
export class VendorServer implements VendorHandle {
  readonly #ports = new Ports((request, response) => {
    this.#handle(request, response);
  });
  readonly #clock = new SandboxClock();
  readonly #requests: RequestLog;
  readonly #faults = new FaultBoard();
  readonly #journal: Journal;
  readonly #ledger: Ledger;
  #sites: ReadonlyMap<string, OpenSite> = new Map();
  #paths: ReadonlySet<string> = new Set();
  readonly #sweep = setInterval(() => {
    for (const { site, server } of this.#sites.values()) {
      site.store.sweep();
      server.simulation?.sweep();
    }
  }, 60_000).unref();

  private constructor(
    private readonly house: House,
    private readonly options: VendorOptions,
  ) {
    // What is simulated is as new after every start: only its port would be worth keeping.
    this.#journal = new Journal(this.simulated ? undefined : options.folder, house.name);
    this.#ledger = new Ledger(this.#journal, () => this.#clock.date());
    this.#requests = new RequestLog(this.simulated ? KEPT_REQUESTS.simulator : KEPT_REQUESTS.vendor);
  }

  /** Listens and opens every authorization server. Rejects where the port is taken. */
  static async start(house: House, options: VendorOptions): Promise<VendorServer> {
    const server = new VendorServer(house, options);
    const [port, otherPort = port] = await server.#listen();
    const place = { port, otherPort, journal: server.#journal, ledger: server.#ledger, clock: server.#clock };
    server.#sites = await openSites(house.vendors, options, place);
    server.#paths = new Set(server.#sites.keys());
    return server;
  }

  get name(): string {
    return this.house.name;
  }

  get vendors(): readonly string[] {
    return this.house.vendors.map(({ name }) => name);
  }

  get simulated(): boolean {
    return this.house.name === 'simulator';
  }

  ask<C extends CommandName>(command: C, asks: Commands[C]['asks']): Promise<Commands[C]['answers']> {
    const parts = {
      sites: this.#sites,
      ledger: this.#ledger,
      requests: this.#requests,
      faults: this.#faults,
      clock: this.#clock,
      listen: (open: boolean) => this.#ports.listenAgain(open),
    };
    return Promise.resolve(carryOut(parts, command, asks));
  }

  /** Ends at once: exchanges that hang are cut. */
  async stop(): Promise<void> {
    clearInterval(this.#sweep);
    await this.#ports.close();
    this.#journal.close();
  }

  /** The second port is the simulator's other origin. */
  async #listen(): Promise<[number, ...number[]]> {
    const port = this.options.port === 0 ? (this.#journal.port ?? 0) : this.options.port;
    const taken = await this.#ports.open(port, this.options.bind);
    this.#journal.write({ kind: 'port', port: taken });
    return this.simulated ? [taken, await this.#ports.open(0, this.options.bind)] : [taken];
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const found = route(request.url ?? '/', this.#paths);
    const open = found && this.#sites.get(found.path);
    if (!found || !open) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not_found"}');
      return;
    }
    const fault = this.#faults.take(open.site, found.endpoint, request.method ?? 'GET');
    this.#log(request, response, found, open, fault?.kind ?? null);
    const serve = (): void => {
      answer(request, response, found, open, fault && isTwist(fault) ? fault : undefined);
    };
    if (isDown(open, response)) return;
    if (fault) spoil(fault, response, serve);
    else if (this.options.delayMs > 0 && SLOWED.has(found.endpoint)) setTimeout(serve, this.options.delayMs);
    else serve();
  }

  #log(request: IncomingMessage, response: ServerResponse, found: Route, { site }: OpenSite, fault: string | null): void {
    const record = {
      at: this.#clock.date().toISOString(),
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

/** A simulated server that is down answers nothing, or 503 to everything. */
function isDown({ server }: OpenSite, response: ServerResponse): boolean {
  const down = server.simulation?.behaviour().down ?? 'no';
  if (down === 'reset') response.socket?.resetAndDestroy();
  if (down === 'unavailable') response.writeHead(503, { 'content-type': 'text/plain' }).end('The service is unavailable.');
  return down !== 'no';
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  found: Route,
  { site, server }: OpenSite,
  twist: Fault | undefined,
): void {
  if (found.endpoint === 'smart') {
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'public, max-age=60' });
    response.end(JSON.stringify(server.smartConfiguration));
    return;
  }
  request.url = found.url;
  // oidc-provider takes the path that it is mounted at, and with it every URL that it publishes, from the difference between the two.
  (request as IncomingMessage & { originalUrl?: string }).originalUrl = site.path + found.url;
  server.handle(request, response, twist);
}
