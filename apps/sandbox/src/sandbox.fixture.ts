import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { VendorServer } from './vendor-server.js';
import type { VendorOptions } from './vendor-server.js';
import type { ProcessName } from './vendor-names.js';
import { vendorsOf } from './vendors.js';

/** A vendor's servers on loopback, in the test's own process. */
export function startVendor(name: ProcessName, options: Partial<VendorOptions> = {}): Promise<VendorServer> {
  return VendorServer.start(
    { name, vendors: vendorsOf(name, options.simulate ?? []) },
    {
      simulate: [],
      host: '127.0.0.1',
      bind: '127.0.0.1',
      port: 0,
      hospitals: ['h01', 'h02'],
      delayMs: 0,
      secretTtlSeconds: 3600,
      folder: undefined,
      ...options,
    },
  );
}

/** The first server's listing, which every vendor has. */
export async function firstServer(vendor: VendorServer) {
  const [listing] = await vendor.ask('servers', {});
  if (!listing) throw new Error('no server');
  return listing;
}

export type Wire = Record<string, unknown>;

/** One JSON exchange: status, headers and what the body says. On a connection of its own, since some tests restart the server. */
export async function exchange(url: string, init: RequestInit = {}): Promise<{ status: number; headers: Headers; body: Wire }> {
  const headers = new Headers(init.headers);
  headers.set('connection', 'close');
  const response = await fetch(url, { ...init, headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text === '' ? {} : JSON.parse(text)) as Wire };
}

/** RFC 7591 section 3.1, or a PUT of RFC 7592. */
export function sendMetadata(url: string, metadata: Wire, bearer?: string, method = 'POST') {
  const headers = { 'content-type': 'application/json', ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }) };
  return exchange(url, { method, headers, body: JSON.stringify(metadata) });
}

/** What a backend service registers with. */
export const BACKEND = {
  client_name: 'Chart summary',
  grant_types: ['client_credentials'],
  response_types: [],
  scope: 'system/Patient.rs',
};

/** A token request; `basic` is `client_id:client_secret`. */
export function sendTokenRequest(issuer: string, form: Record<string, string>, basic?: string) {
  const headers = basic === undefined ? {} : { authorization: `Basic ${Buffer.from(basic).toString('base64')}` };
  return exchange(`${issuer}/token`, { method: 'POST', headers, body: new URLSearchParams(form) });
}

/** A client's own key, published where `jwks_uri` says, with a signer of RFC 7523 assertions. */
export async function startKeyHolder() {
  const { privateKey, publicKey } = await generateKeyPair('ES384');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES384', use: 'sig' };
  const http = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    jwk,
    jwksUri: `http://127.0.0.1:${(http.address() as AddressInfo).port}/jwks`,
    close: () => http.close(),
    assertion: async (clientId: string, audience: string) => ({
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await new SignJWT({})
        .setProtectedHeader({ alg: 'ES384', kid: 'k1', typ: 'JWT' })
        .setIssuer(clientId)
        .setSubject(clientId)
        .setAudience(audience)
        .setJti(crypto.randomUUID())
        .setIssuedAt()
        .setExpirationTime('4m')
        .sign(privateKey),
    }),
  };
}
