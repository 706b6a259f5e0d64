import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Path to what is answered there: a body (text, or an object as JSON), or a function that answers by itself. */
export type Routes = Record<string, string | object | ((request: IncomingMessage, response: ServerResponse) => void)>;

/** A FHIR or authorization server on a loopback address that answers what the test wrote down, and 404 elsewhere. */
export interface EhrServer {
  readonly url: string;
  /** The paths that were asked for, in order. */
  readonly asked: string[];
  readonly close: () => Promise<void>;
}

/** `routes` is made from the server's own URL, which stands in most documents. */
export async function ehrServer(routes: (url: string) => Routes): Promise<EhrServer> {
  const asked: string[] = [];
  let table: Routes = {};
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const route = table[path];
    if (typeof route === 'function') {
      (route as (request: IncomingMessage, response: ServerResponse) => void)(request, response);
      return;
    }
    response.statusCode = route === undefined ? 404 : 200;
    response.end(typeof route === 'string' ? route : JSON.stringify(route ?? { error: 'not_found' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  table = routes(url);
  const close = (): Promise<void> => {
    server.closeAllConnections();
    return new Promise((resolve) => {
      server.close(() => {
        resolve();
      });
    });
  };
  return { url, asked, close };
}

/** A whole and honest authorization server's metadata. */
export function metadata(issuer: string): Record<string, unknown> {
  return {
    issuer,
    token_endpoint: `${issuer}/token`,
    registration_endpoint: `${issuer}/register`,
    authorization_endpoint: `${issuer}/authorize`,
    jwks_uri: `${issuer}/jwks`,
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: ['ES384', 'RS384'],
    grant_types_supported: ['authorization_code', 'client_credentials'],
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
  };
}

/** The same as a SMART configuration. */
export function smart(issuer: string): Record<string, unknown> {
  return { ...metadata(issuer), capabilities: ['client-confidential-asymmetric'], scopes_supported: ['system/Patient.rs'] };
}
