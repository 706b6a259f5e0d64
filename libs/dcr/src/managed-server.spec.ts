// A server on loopback with one managed client: the specs of RFC 7592 say what it answers and see what it was asked.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Secret } from '@registrar/secret';
import type { ClientMetadata } from './client-metadata.js';
import { ManagedClient } from './managed-client.js';

export const RAT = 'rat-one-of-the-client';
export const CLIENT_SECRET = 's3cret-of-the-client';
export const CLIENT_ID = 'c-1';
export const SENT: ClientMetadata = {
  client_name: 'Acme',
  redirect_uris: ['https://app.example/cb'],
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: ['authorization_code'],
  response_types: ['code'],
  scope: 'launch openid',
  logo_uri: 'https://app.example/logo.png',
};

/** What it answers: an object as JSON, or how the connection ends without a whole answer. */
export interface Answer {
  readonly status: number;
  readonly body?: string | object;
  readonly headers?: Readonly<Record<string, string>>;
  /** The answer is cut after this many bytes of its body. */
  readonly cutAfter?: number;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface ManagedServer {
  readonly registrationEndpoint: string;
  readonly registrationClientUri: string;
  readonly asked: Asked[];
  connections: number;
  answer: Answer;
  readonly managed: (uri?: string, token?: string) => ManagedClient;
  readonly close: () => Promise<void>;
}

export async function managedServer(): Promise<ManagedServer> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      self.asked.push({ method, path, headers, body });
      const { status, cutAfter } = self.answer;
      const said = self.answer.body ?? '';
      const text = Buffer.from(typeof said === 'string' ? said : JSON.stringify(said));
      response.writeHead(status, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        ...(status === 204 ? {} : { 'content-length': String(text.byteLength) }),
        ...self.answer.headers,
      });
      if (cutAfter === undefined) response.end(text);
      else response.write(text.subarray(0, cutAfter), () => response.socket?.end());
    });
  });
  server.on('connection', () => self.connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const registrationEndpoint = `${url}/register`;
  const registrationClientUri = `${url}/register?client_id=c-1`;
  const self: ManagedServer = {
    registrationEndpoint,
    registrationClientUri,
    asked: [],
    connections: 0,
    answer: { status: 200 },
    managed: (uri = registrationClientUri, token = RAT) => {
      const made = ManagedClient.of({ registrationClientUri: uri, registrationAccessToken: Secret.of(token), registrationEndpoint });
      if (typeof made === 'string') throw new Error(made);
      return made;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return self;
}
