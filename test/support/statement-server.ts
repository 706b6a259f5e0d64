import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';

/** An authorization server that registers nobody without a software statement of an issuer that it trusts (RFC 7591 section 2.3). */
export interface StatementServer {
  readonly fhirBaseUrl: string;
  /** Software that it has not approved, by software id. */
  readonly unapproved: Set<string>;
  /** Tokens to register with, each for one use; asked for where `wantsTokens`. */
  readonly tokens: Set<string>;
  wantsTokens: boolean;
  /** While true, every statement is called invalid. */
  distrusts: boolean;
  /** The registration requests, as they came. */
  readonly requests: Record<string, unknown>[];
  /** The clients by id, with what was registered. */
  readonly clients: Map<string, Record<string, unknown>>;
  close(): Promise<void>;
}

type Reply = readonly [status: number, body: Record<string, unknown>];

/** `trusted`: what an issuer's name begins with; its keys are at the address that is its name. */
export async function statementServer(trusted: string, asks: 'statement' | 'nothing' = 'statement'): Promise<StatementServer> {
  const secrets = new Map<string, string>();
  const register = async (metadata: Record<string, unknown>, bearer: string | undefined): Promise<Reply> => {
    site.requests.push(metadata);
    const single = bearer?.replace(/^Bearer /, '');
    if (site.wantsTokens && (single === undefined || !site.tokens.has(single))) return [401, { error: 'invalid_token' }];
    const statement = metadata['software_statement'];
    let claims: Record<string, unknown> = {};
    if (asks === 'statement') {
      if (typeof statement !== 'string' || site.distrusts) return [400, { error: 'invalid_software_statement' }];
      try {
        const { iss = '' } = decodeJwt(statement);
        if (!iss.startsWith(trusted)) throw new Error('not trusted');
        claims = (await jwtVerify(statement, createRemoteJWKSet(new URL(iss)))).payload;
      } catch {
        return [400, { error: 'invalid_software_statement', error_description: `cannot take ${statement}` }];
      }
      if (site.unapproved.has(String(claims['software_id']))) return [400, { error: 'unapproved_software_statement' }];
    }
    if (metadata['client_name'] === 'Refused') return [400, { error: 'invalid_redirect_uri' }];
    if (single !== undefined) site.tokens.delete(single);
    const id = `client-${site.clients.size + 1}`;
    const stated = Object.fromEntries(Object.entries(claims).filter(([name]) => !['iss', 'jti', 'iat', 'exp'].includes(name)));
    const client = { ...metadata, ...stated, client_id: id };
    site.clients.set(id, client);
    secrets.set(id, `secret-of-${id}-${issuer.length}`);
    return [201, { ...client, client_secret: secrets.get(id), client_secret_expires_at: 0 }];
  };
  const token = (authorization: string | undefined): Reply => {
    const [id = '', secret] = Buffer.from((authorization ?? '').replace('Basic ', ''), 'base64')
      .toString()
      .split(':');
    const known = secrets.get(decodeURIComponent(id)) === decodeURIComponent(secret ?? '') && secret !== undefined;
    return known ? [200, { access_token: 'at', token_type: 'Bearer', expires_in: 300 }] : [401, { error: 'invalid_client' }];
  };
  const server = createServer((request, response) => {
    void answer(request).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
    });
  });
  const answer = async (request: IncomingMessage): Promise<Reply> => {
    const { method, url = '', headers } = request;
    if (url.includes('/.well-known/')) return [200, document];
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    if (method === 'POST' && url === '/register') return register(JSON.parse(body) as Record<string, unknown>, headers.authorization);
    return method === 'POST' && url === '/token' ? token(headers.authorization) : [404, {}];
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const document = {
    issuer,
    token_endpoint: `${issuer}/token`,
    registration_endpoint: `${issuer}/register`,
    token_endpoint_auth_methods_supported: ['client_secret_basic'],
    grant_types_supported: ['client_credentials'],
  };
  const site: StatementServer = {
    fhirBaseUrl: `${issuer}/fhir`,
    unapproved: new Set(),
    tokens: new Set(),
    wantsTokens: false,
    distrusts: false,
    requests: [],
    clients: new Map(),
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
  return site;
}
