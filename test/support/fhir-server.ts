import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A FHIR server with its authorization server, on a loopback port of its own. What it publishes can be changed while it runs. */
export interface FhirServer {
  readonly base: string;
  readonly issuer: string;
  /** Members of both documents; undefined takes one out. */
  metadata: Record<string, unknown>;
  /** Members of the SMART configuration alone. */
  smart: Record<string, unknown>;
  /** What it was asked, e.g. `POST /register`, the oldest first. */
  readonly requests: readonly string[];
  /** What every path answers instead. */
  answer: { readonly status: number; readonly body: string; readonly headers?: Readonly<Record<string, string>> } | undefined;
  close(): Promise<void>;
}

export async function fhirServer(): Promise<FhirServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    const documents = new Map<string, object>([
      ['/fhir/.well-known/smart-configuration', { ...fhir.metadata, ...fhir.smart }],
      ['/.well-known/openid-configuration', fhir.metadata],
    ]);
    const document = documents.get(request.url ?? '');
    response.statusCode = fhir.answer?.status ?? (document ? 200 : 404);
    response.setHeader('content-type', 'application/json');
    for (const [name, value] of Object.entries(fhir.answer?.headers ?? {})) response.setHeader(name, value);
    response.end(fhir.answer?.body ?? JSON.stringify(document ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fhir: FhirServer = {
    base: `${issuer}/fhir`,
    issuer,
    requests,
    metadata: {
      issuer,
      token_endpoint: `${issuer}/token`,
      registration_endpoint: `${issuer}/register`,
      token_endpoint_auth_methods_supported: ['client_secret_basic'],
      grant_types_supported: ['client_credentials'],
    },
    smart: {},
    answer: undefined,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
  return fhir;
}
