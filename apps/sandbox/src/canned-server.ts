import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { cannedMetadata, cannedRegistration, cannedToken } from './canned-answer.js';
import type { CannedAnswer } from './canned-answer.js';
import { route } from './route.js';
import type { Route } from './route.js';

/** How the canned servers are to be. */
export interface CannedOptions {
  readonly bind: string;
  readonly port: number;
  /** How many issuers, at `/s0001` and on. */
  readonly servers: number;
  /** Before each registration and token answer, in milliseconds. */
  readonly latencyMs: number;
}

/** Authorization servers for measuring: they answer at once, keep nothing and check nothing. */
export class CannedServer {
  readonly #http: Server = createServer((request, response) => void this.#handle(request, response));
  readonly #paths: ReadonlySet<string>;
  readonly #counts: Record<string, number> = {};

  private constructor(private readonly options: CannedOptions) {
    this.#paths = new Set(Array.from({ length: options.servers }, (_, index) => `/s${String(index + 1).padStart(4, '0')}`));
  }

  static async start(options: CannedOptions): Promise<CannedServer> {
    const canned = new CannedServer(options);
    await new Promise<void>((resolve, reject) => {
      canned.#http.once('error', reject);
      canned.#http.listen(options.port, options.bind, resolve);
    });
    return canned;
  }

  get url(): string {
    return `http://${this.options.bind}:${(this.#http.address() as AddressInfo).port}`;
  }

  issuers(): string[] {
    return [...this.#paths].map((path) => this.url + path);
  }

  /** Requests since the start or the last reset, by endpoint. */
  counts(): Readonly<Record<string, number>> {
    return this.#counts;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#http.close(resolve));
    this.#http.closeAllConnections();
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/counts') {
      send(response, { status: 200, body: JSON.stringify(this.#counts) });
      if (request.method === 'DELETE') for (const endpoint of Object.keys(this.#counts)) this.#counts[endpoint] = 0;
      return;
    }
    const found = route(request.url ?? '/', this.#paths);
    if (found) this.#counts[found.endpoint] = (this.#counts[found.endpoint] ?? 0) + 1;
    const answer = found ? await this.#answer(found, request) : NOT_FOUND;
    if (this.options.latencyMs > 0 && found && SLOWED.has(found.endpoint)) setTimeout(send, this.options.latencyMs, response, answer);
    else send(response, answer);
  }

  async #answer(found: Route, request: IncomingMessage): Promise<CannedAnswer> {
    const issuer = this.url + found.path;
    switch (found.endpoint) {
      case 'smart':
        return cannedMetadata(issuer);
      case 'discovery':
        return found.url.endsWith('/openid-configuration') ? NOT_FOUND : cannedMetadata(issuer);
      case 'registration':
        return cannedRegistration(issuer, await text(request));
      case 'token':
        return cannedToken(await text(request));
      case 'client_configuration':
        return request.method === 'DELETE' ? { status: 204, body: '' } : NOT_FOUND;
      default:
        return NOT_FOUND;
    }
  }
}

const NOT_FOUND: CannedAnswer = { status: 404, body: '{"error":"not_found"}' };
const SLOWED = new Set(['registration', 'token']);

function send(response: ServerResponse, { status, body }: CannedAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(body);
}
