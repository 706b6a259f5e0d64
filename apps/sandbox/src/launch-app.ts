import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { begin, LaunchTokens } from './launch-flow.js';
import type { Pending, Tokens } from './launch-flow.js';
import { LaunchRegistrar } from './launch-registrar.js';
import type { Fetch, Registration } from './launch-registrar.js';

export interface LaunchAppOptions {
  /** Where Registrar is. */
  readonly registrar: string;
  /** Of the role `service`. */
  readonly apiKey: string;
  readonly applicationId: string;
  /** Part of the redirect URI, `http://127.0.0.1:PORT/callback`. */
  readonly port: number;
  /** The way out; the global one. */
  readonly fetch?: Fetch;
}

interface Session {
  pending?: Pending;
  signedIn?: { readonly registration: Registration; tokens: Tokens; refreshes: number };
}

/**
 * An app that an EHR launches: signs people in with authorization code and PKCE, and has Registrar sign what it proves itself with.
 * `GET /launch?iss=`, `GET /callback`, `GET /session`, `POST /refresh`. Sessions are in memory, by cookie.
 */
export class LaunchApp {
  readonly #http: Server = createServer((request, response) => void this.#handle(request, response));
  readonly #sessions = new Map<string, Session>();
  readonly #registrar: LaunchRegistrar;
  readonly #tokens: LaunchTokens;

  private constructor(private readonly options: LaunchAppOptions) {
    const way = options.fetch ?? fetch;
    this.#registrar = new LaunchRegistrar({ ...options, url: options.registrar, fetch: way });
    this.#tokens = new LaunchTokens(this.#registrar, way);
  }

  static async start(options: LaunchAppOptions): Promise<LaunchApp> {
    const app = new LaunchApp(options);
    await new Promise<void>((resolve, reject) => {
      app.#http.once('error', reject);
      app.#http.listen(options.port, '127.0.0.1', resolve);
    });
    return app;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#http.close(resolve));
    this.#http.closeAllConnections();
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    try {
      switch (`${request.method ?? 'GET'} ${pathname}`) {
        case 'GET /launch':
          await this.#launch(searchParams.get('iss') ?? '', response);
          return;
        case 'GET /callback':
          await this.#callback(this.#sessionOf(request), searchParams, response);
          return;
        case 'GET /session':
          show(response, this.#sessionOf(request));
          return;
        case 'POST /refresh':
          await this.#refresh(this.#sessionOf(request));
          show(response, this.#sessionOf(request));
          return;
        default:
          response.writeHead(404).end();
      }
    } catch (error) {
      response.writeHead(502, { 'content-type': 'text/plain' }).end(error instanceof Error ? error.message : String(error));
    }
  }

  async #launch(iss: string, response: ServerResponse): Promise<void> {
    const { pending, location } = begin(await this.#registrar.lookup(iss), `${this.url}/callback`);
    const id = randomBytes(16).toString('base64url');
    this.#sessions.set(id, { pending });
    response.writeHead(302, { location, 'set-cookie': `session=${id}; HttpOnly; SameSite=Lax; Path=/` }).end();
  }

  async #callback(session: Session, answer: URLSearchParams, response: ServerResponse): Promise<void> {
    const { pending } = session;
    if (!pending) throw new Error('No sign-in waits for this answer.');
    delete session.pending;
    const tokens = await this.#tokens.redeem(pending, answer, `${this.url}/callback`);
    session.signedIn = { registration: pending.registration, tokens, refreshes: 0 };
    response.writeHead(302, { location: '/session' }).end();
  }

  async #refresh({ signedIn }: Session): Promise<void> {
    if (!signedIn) throw new Error('Nobody is signed in.');
    signedIn.tokens = await this.#tokens.refresh(signedIn.registration, signedIn.tokens);
    signedIn.refreshes += 1;
  }

  #sessionOf(request: IncomingMessage): Session {
    const id = /(?:^|; )session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
    return this.#sessions.get(id) ?? {};
  }
}

/** What the page would show; tokens stay here. */
function show(response: ServerResponse, { signedIn }: Session): void {
  const shown = signedIn
    ? {
        signed_in: true,
        client_id: signedIn.registration.client_id,
        scope: signedIn.tokens.scope ?? signedIn.registration.scope,
        refreshes: signedIn.refreshes,
      }
    : { signed_in: false };
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(shown));
}
