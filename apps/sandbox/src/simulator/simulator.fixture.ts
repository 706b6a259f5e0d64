import type { ServerListing } from '../command.js';
import { faultSchema } from '../fault.js';
import type { Fault } from '../fault.js';
import { BACKEND, exchange, sendMetadata, sendTokenRequest, startVendor } from '../sandbox.fixture.js';
import type { Wire } from '../sandbox.fixture.js';
import type { VendorServer } from '../vendor-server.js';
import type { BehaviourChange } from './behaviour.js';
import type { ProductName } from './product-names.js';

/** A simulator of some products with one hospital, in the test's own process. */
export function startSimulator(...simulate: ProductName[]): Promise<VendorServer> {
  return startVendor('simulator', { simulate, hospitals: ['h01'] });
}

/** What opens registration at a server: a token that was handed over, or one that is fetched as an administrator would have it. */
export async function initialAccess(server: ServerListing): Promise<string | undefined> {
  if (!server.iat_client) return server.initial_access_token;
  const { client_id: id, client_secret: secret, scope } = server.iat_client;
  const { body } = await sendTokenRequest(server.issuer, { grant_type: 'client_credentials', scope }, `${id}:${secret}`);
  return String(body.access_token);
}

/** One product's server, its behaviour and faults, and the exchanges of a client's life with it. */
export async function serverOf(simulator: VendorServer, vendor: ProductName) {
  const [listing] = await simulator.ask('servers', { vendor });
  if (!listing) throw new Error(`no ${vendor}`);
  const { issuer } = listing;
  const registerWith = async (metadata: Wire) => sendMetadata(`${issuer}/reg`, metadata, await initialAccess(listing));
  const bearer = (answer: Wire) => String(listing.admin_token ?? answer.registration_access_token);
  const uri = (answer: Wire) => (answer.registration_client_uri as string | undefined) ?? `${issuer}/reg/${String(answer.client_id)}`;
  return {
    issuer,
    listing,
    change: (set: BehaviourChange) => simulator.ask('change_behaviour', { vendor, set }),
    twist: (fault: Partial<Fault>) => simulator.ask('add_fault', { fault: faultSchema.parse({ vendor, ...fault }) }),
    ledger: async (answer: Wire) => (await simulator.ask('ledger', { vendor })).find(({ client_id }) => client_id === answer.client_id),
    registerWith,
    register: (more: Wire = {}) => registerWith({ ...SECRET_CLIENT, ...more }),
    read: (answer: Wire) => exchange(uri(answer), { headers: { authorization: `Bearer ${bearer(answer)}` } }),
    update: (answer: Wire, metadata: Wire) => sendMetadata(uri(answer), metadata, bearer(answer), 'PUT'),
    remove: (answer: Wire) => exchange(uri(answer), { method: 'DELETE', headers: { authorization: `Bearer ${bearer(answer)}` } }),
    token: (answer: Wire, secret: unknown = answer.client_secret) =>
      sendTokenRequest(issuer, { grant_type: 'client_credentials' }, `${String(answer.client_id)}:${String(secret)}`),
  };
}

export const SECRET_CLIENT = { ...BACKEND, token_endpoint_auth_method: 'client_secret_basic', contacts: ['ops@app.example'] };

/** The metadata of an answer, to begin an update with (B-04). */
export function metadataOf(answer: Wire): Wire {
  const issued = /^(registration_|client_secret|client_id_issued_at)/;
  return Object.fromEntries(Object.entries(answer).filter(([name, value]) => !issued.test(name) && value !== null));
}
