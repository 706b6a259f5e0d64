import { randomUUID } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, Server as TlsServer, type TlsOptions } from 'node:tls';

/** One request as it came in. */
export interface Heard {
  readonly endpoint: Endpoint;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Endpoint = 'metadata' | 'register' | 'token' | 'manage' | 'other';
/** What a site answers instead of the truth: raw bytes, whenever it likes; `sound` goes on honestly. */
export type Lie = (heard: Heard, socket: Socket, sound: () => Answer) => void;

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client as the server itself knows it. */
export interface TrueClient {
  readonly clientId: string;
  metadata: Readonly<Record<string, unknown>>;
  secret: string;
  token: string;
  deleted: boolean;
}

/** One authorization server with its FHIR server, at a path of the one port. Sound until it is told to lie. */
export class Site {
  readonly heard: Heard[] = [];
  /** The true ledger: whatever it has made, whoever heard of it. */
  readonly clients: TrueClient[] = [];
  readonly #lies = new Map<string, Lie>();
  /** Members of what it publishes. */
  metadata: Record<string, unknown> = {};

  constructor(
    readonly name: string,
    readonly origin: string,
  ) {}

  get base(): string {
    return `${this.origin}/${this.name}/fhir`;
  }

  get issuer(): string {
    return `${this.origin}/${this.name}`;
  }

  /** Lies from now on to requests of this method (any, where none is named) at this endpoint; `undefined` is the truth again. */
  lies(endpoint: Endpoint, lie: Lie | undefined, method = '*'): void {
    const key = `${endpoint} ${method}`;
    if (lie) this.#lies.set(key, lie);
    else this.#lies.delete(key);
  }

  count(endpoint: Endpoint, method?: string): number {
    return this.heard.filter((each) => each.endpoint === endpoint && (method === undefined || each.method === method)).length;
  }

  answer(heard: Heard, socket: Socket): void {
    this.heard.push(heard);
    const lie = this.#lies.get(`${heard.endpoint} ${heard.method}`) ?? this.#lies.get(`${heard.endpoint} *`);
    const sound = () => this.#sound(heard);
    if (lie) lie(heard, socket, sound);
    else send(socket, sound());
  }

  #sound(heard: Heard): Answer {
    switch (heard.endpoint) {
      case 'metadata':
        return { status: 200, body: JSON.stringify(this.#published()) };
      case 'register':
        return this.#register(heard);
      case 'token':
        return { status: 200, body: JSON.stringify({ access_token: `at-${randomUUID()}`, token_type: 'Bearer', expires_in: 300 }) };
      case 'manage':
        return this.#manage(heard);
      default:
        return { status: 404, body: '{}' };
    }
  }

  #published(): Record<string, unknown> {
    return {
      issuer: this.issuer,
      token_endpoint: `${this.issuer}/token`,
      registration_endpoint: `${this.issuer}/register`,
      token_endpoint_auth_methods_supported: ['client_secret_basic'],
      grant_types_supported: ['client_credentials'],
      scopes_supported: ['system/Patient.rs'],
      capabilities: ['client-confidential-symmetric'],
      ...this.metadata,
    };
  }

  #register({ body }: Heard): Answer {
    const metadata = JSON.parse(body) as Record<string, unknown>;
    const client = { clientId: randomUUID(), metadata, secret: `s-${randomUUID()}`, token: `rat-${randomUUID()}`, deleted: false };
    this.clients.push(client);
    return { status: 201, body: JSON.stringify(this.shown(client)) };
  }

  /** The client as RFC 7591 section 3.2.1 shows it. */
  shown(client: TrueClient): Record<string, unknown> {
    return {
      ...client.metadata,
      client_id: client.clientId,
      client_secret: client.secret,
      client_secret_expires_at: 0,
      registration_access_token: client.token,
      registration_client_uri: `${this.issuer}/clients/${client.clientId}`,
    };
  }

  #manage({ method, path, headers, body }: Heard): Answer {
    const client = this.clients.find(({ clientId }) => path.endsWith(`/clients/${clientId}`));
    if (!client || client.deleted || headers['authorization'] !== `Bearer ${client.token}`) return { status: 401, body: '{}' };
    if (method === 'DELETE') {
      client.deleted = true;
      return { status: 204, body: '' };
    }
    if (method === 'PUT') client.metadata = JSON.parse(body) as Record<string, unknown>;
    return { status: 200, body: JSON.stringify(this.shown(client)) };
  }
}

/** Servers that lie down to the bytes: a plain socket, so nothing that HTTP libraries would refuse to send is out of reach. */
export class LyingServer {
  readonly #sites = new Map<string, Site>();
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {}

  /** @param tls it speaks TLS as `localhost` with these; else it is plain. */
  static async start(tls?: TlsOptions): Promise<LyingServer> {
    const server = tls ? createTlsServer(tls) : createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const lying = new LyingServer(server, tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`);
    server.on('tlsClientError', () => undefined);
    server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
      lying.#sockets.add(socket);
      socket.on('close', () => lying.#sockets.delete(socket)).on('error', () => undefined);
      read(socket, (request) => {
        const [, name = ''] = request.path.split('/');
        const site = lying.#sites.get(name);
        if (site) site.answer({ ...request, endpoint: endpointOf(request.path) }, socket);
        else send(socket, { status: 404, body: '{}' });
      });
    });
    return lying;
  }

  site(name: string): Site {
    const site = new Site(name, this.origin);
    this.#sites.set(name, site);
    return site;
  }

  /** Shows another certificate from now on. */
  show(tls: TlsOptions): void {
    if (this.server instanceof TlsServer) this.server.setSecureContext(tls);
  }

  /** Connections that are open at the server. */
  get open(): number {
    return this.#sockets.size;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

export function send(socket: Socket, { status, body, headers = {} }: Answer): void {
  const all = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${status} X\r\n${lines.join('')}\r\n${body}`);
}

function endpointOf(path: string): Endpoint {
  if (path.includes('/.well-known/')) return 'metadata';
  if (path.endsWith('/register')) return 'register';
  if (path.endsWith('/token')) return 'token';
  return path.includes('/clients/') ? 'manage' : 'other';
}

function read(socket: Socket, take: (request: Omit<Heard, 'endpoint'>) => void): void {
  let buffer = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    buffer += chunk;
    for (;;) {
      const end = buffer.indexOf('\r\n\r\n');
      if (end < 0) return;
      const [first = '', ...lines] = buffer.slice(0, end).split('\r\n');
      const headers = Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
      );
      const length = Number(headers['content-length'] ?? 0);
      if (buffer.length < end + 4 + length) return;
      const body = Buffer.from(buffer.slice(end + 4, end + 4 + length), 'latin1').toString('utf8');
      buffer = buffer.slice(end + 4 + length);
      const [method = '', path = ''] = first.split(' ');
      take({ method, path, headers, body });
    }
  });
}
